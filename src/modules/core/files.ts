import { bool, type ReadContext, string, stringMap } from '../../config/directive.js';
import { builtinMimeTypes, readMimeTypes } from './mime-types.js';

export type StatCacheEngine = 'simple' | 'inotify' | 'disable';

function readEngine(text: string, context: ReadContext): StatCacheEngine | undefined {
  switch (text) {
    case '':
    case 'simple':
      return 'simple';
    case 'inotify':
      return 'inotify';
    case 'disable':
    case 'none':
      return 'disable';
    default:
      return context.fail(
        `server.stat-cache-engine has an unknown value: ${text}`,
        'Use "simple", "inotify" or "disable".',
      );
  }
}

/** Where requests find files, what is known of a file, and what is answered where there is none. */
export const fileDirectives = {
  'server.document-root': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The folder whose files are served. The global scope must set it.',
    example: 'server.document-root = "/var/www/html"',
  }),
  'server.follow-symlink': bool({
    scope: 'connection',
    since: '1.4.1',
    default: true,
    doc: 'Serve files that are reached through a symbolic link. Where disabled they are answered with 403.',
    example: 'server.follow-symlink = "disable"',
  }),
  'server.force-lowercase-filenames': bool({
    scope: 'connection',
    since: '1.4.9',
    default: undefined,
    doc: 'Turn paths on disk into lower case. Unset: only where the file system of the document root does not tell case.',
    example: 'server.force-lowercase-filenames = "enable"',
  }),
  'server.range-requests': bool({
    scope: 'connection',
    since: '1.4.1',
    default: true,
    doc: 'Answer requests for parts of a file (Range) with those parts.',
    example: 'server.range-requests = "disable"',
  }),
  'server.stat-cache-engine': string({
    scope: 'server',
    since: '1.4.1',
    default: 'simple' as StatCacheEngine,
    entry: readEngine,
    doc: 'How file facts are remembered: "simple" for a second, "inotify" until the system tells of a change, "disable" not at all.',
    example: 'server.stat-cache-engine = "simple"',
  }),
  'etag.use-inode': bool({
    scope: 'connection',
    since: '1.4.16',
    default: true,
    doc: 'Let the inode number count in ETags. Disable it where several machines serve copies of the same files.',
    example: 'etag.use-inode = "disable"',
  }),
  'etag.use-mtime': bool({
    scope: 'connection',
    since: '1.4.16',
    default: true,
    doc: 'Let the time of the last change count in ETags.',
    example: 'etag.use-mtime = "enable"',
  }),
  'etag.use-size': bool({
    scope: 'connection',
    since: '1.4.16',
    default: true,
    doc: 'Let the size of the file count in ETags.',
    example: 'etag.use-size = "enable"',
  }),
  'mimetype.assign': stringMap({
    scope: 'connection',
    since: '1.4.1',
    default: builtinMimeTypes(),
    build: readMimeTypes,
    doc: 'The Content-Type of files by the end of their name. With 15 entries or less the first that fits wins, with more the whole name, then the longest extension. Unset: a built-in list.',
    example: 'mimetype.assign = ( ".html" => "text/html", "" => "application/octet-stream" )',
  }),
  'mimetype.use-xattr': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Take the Content-Type from an extended attribute of the file, where it has one.',
    example: 'mimetype.use-xattr = "enable"',
    inert: 'Node.js has no call that reads extended attributes.',
  }),
  'mimetype.xattr-name': string({
    scope: 'server',
    since: '1.4.40',
    default: 'Content-Type',
    doc: 'The extended attribute that mimetype.use-xattr reads.',
    example: 'mimetype.xattr-name = "user.mime_type"',
    inert: 'Node.js has no call that reads extended attributes.',
  }),
  'server.errorfile-prefix': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'Path and first part of the name of error pages; the status and ".html" are appended.',
    example: 'server.errorfile-prefix = "/var/www/errors/status-"',
  }),
  'server.error-handler': string({
    scope: 'connection',
    since: '1.4.40',
    default: '',
    doc: 'A URL path that is asked, as GET, for the body of every answer of status 400 and above.',
    example: 'server.error-handler = "/error.php"',
  }),
  'server.error-handler-404': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'A URL path that answers in place of files that do not exist; the status becomes 200 unless it sets one.',
    example: 'server.error-handler-404 = "/index.php"',
  }),
  'server.error-intercept': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: 'Use error pages and the error handler also where a program itself answered with an error.',
    example: 'server.error-intercept = "enable"',
  }),
};
