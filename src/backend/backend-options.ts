import { withSlash } from '../base/path.js';
import {
  bool,
  type ConfigOf,
  type DirectiveOptions,
  int,
  list,
  type ReadContext,
  short,
  string,
  stringMap,
} from '../config/directive.js';
import { simplifyPath } from '../http/decode-path.js';
import type { ownBackendOptions } from './own-options.js';

/** What a backend does for a request: it answers, or it only says whether others may. */
export type BackendMode = 'responder' | 'authorizer';

/** An option stands inside of the innermost list of fastcgi.server and its like. */
function option(since: string, doc: string, text: string): DirectiveOptions {
  return { scope: 'connection', since, doc, example: `fastcgi.server = ( ".php" => (( ${text} )) )` };
}

const local = '"socket" => "/run/php.sock", "bin-path" => "/usr/bin/php-cgi"';
const remote = '"host" => "127.0.0.1", "port" => 9000';

/**
 * The options of one backend, the same in fastcgi.server, scgi.server, proxy.server, sockproxy.server, wstunnel.server and
 * ajp13.server (lighttpd's gw_set_defaults_backend). Timeouts are seconds, 0 for no limit.
 */
export const backendOptions = {
  'allow-x-send-file': bool({
    ...option('1.4.4', 'The old name of x-sendfile.', `${remote}, "allow-x-send-file" => "enable"`),
    replacedBy: 'x-sendfile',
  }),
  'bin-copy-environment': list<string, readonly string[], readonly string[]>({
    ...option(
      '1.4.1',
      'Variables of the server that the program gets; with none named, it gets all.',
      `${local}, "bin-copy-environment" => ( "PATH", "LANG" )`,
    ),
    default: [],
  }),
  'bin-environment': stringMap({
    ...option(
      '1.4.1',
      'Variables that the program gets besides.',
      `${local}, "bin-environment" => ( "PHP_FCGI_CHILDREN" => "4" )`,
    ),
    default: [],
  }),
  'bin-path': string({
    ...option('1.4.1', 'The program to start and keep running, with its arguments.', local),
    default: '',
  }),
  'broken-scriptfilename': bool(
    option(
      '1.4.1',
      'SCRIPT_FILENAME ends with the path info, as PHP with cgi.fix_pathinfo wants it.',
      `${remote}, "broken-scriptfilename" => "enable"`,
    ),
  ),
  'check-local': bool({
    ...option(
      '1.4.1',
      'Only requests for files that exist here are handed on.',
      `${remote}, "check-local" => "disable"`,
    ),
    default: true,
  }),
  'connect-timeout': int({
    ...option('1.4.60', 'How long connecting may take.', `${remote}, "connect-timeout" => 4`),
    default: 8,
  }),
  'disable-time': short({
    ...option(
      '1.4.1',
      'How long a backend that refused a connection is left alone.',
      `${remote}, "disable-time" => 5`,
    ),
    default: 1,
  }),
  docroot: string({
    ...option(
      '1.4.1',
      'The document root as the program sees it, on another machine for one.',
      `${remote}, "docroot" => "/srv/app/public"`,
    ),
    default: '',
  }),
  'fix-root-scriptname': bool(
    option(
      '1.4.20',
      'Below the key "/", the whole path is path info and the script has no name.',
      `${remote}, "check-local" => "disable", "fix-root-scriptname" => "enable"`,
    ),
  ),
  host: string({
    ...option('1.4.1', 'Name or address of the backend; a path is a unix socket.', remote),
    default: '',
  }),
  'idle-timeout': short({
    ...option(
      '1.4.1',
      'How long a program beyond min-procs may have nothing to do before it is ended.',
      `${local}, "min-procs" => 1, "idle-timeout" => 20`,
    ),
    default: 60,
  }),
  'kill-signal': short({
    ...option('1.4.14', 'The signal that ends a program.', `${local}, "kill-signal" => 10`),
    default: 15,
  }),
  'listen-backlog': int({
    ...option(
      '1.4.40',
      'How many connections may wait for the program to accept them.',
      `${local}, "listen-backlog" => 128`,
    ),
    default: 4096,
  }),
  'max-load-per-proc': short({
    ...option(
      '1.4.1',
      'With more requests at once in every program, one more is started, up to max-procs.',
      `${local}, "min-procs" => 1, "max-load-per-proc" => 4`,
    ),
    default: 1,
  }),
  'max-procs': short({
    ...option('1.4.1', 'How many programs run at most.', `${local}, "max-procs" => 2`),
    default: 4,
  }),
  'min-procs': short({
    ...option('1.4.46', 'How many programs run always.', `${local}, "min-procs" => 1`),
    default: 4,
  }),
  mode: string<BackendMode, 'responder'>({
    ...option(
      '1.4.1',
      '"responder" answers requests, "authorizer" says whether they may be answered.',
      `${remote}, "mode" => "authorizer"`,
    ),
    default: 'responder',
    entry: readMode,
  }),
  port: short({ ...option('1.4.1', 'TCP port of the backend.', remote), default: 0 }),
  'read-timeout': int({
    ...option('1.4.60', 'How long the backend may say nothing.', `${remote}, "read-timeout" => 60`),
    default: 0,
  }),
  socket: string({
    ...option('1.4.1', 'Path of a unix socket.', '"socket" => "/run/php-fpm.sock"'),
    default: '',
  }),
  'strip-request-uri': string({
    ...option(
      '1.4.8',
      'A prefix that is taken away from REQUEST_URI.',
      `${remote}, "strip-request-uri" => "/app/"`,
    ),
    default: '',
    entry: (prefix) => (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix),
  }),
  'tcp-fin-propagate': bool(
    option(
      '1.4.50',
      'A client that closes its side closes that side of the backend, too.',
      `${remote}, "tcp-fin-propagate" => "enable"`,
    ),
  ),
  upgrade: bool(
    option(
      '1.4.74',
      'The backend may switch the connection to another protocol with status 101.',
      `${remote}, "upgrade" => "enable"`,
    ),
  ),
  'write-timeout': int({
    ...option('1.4.60', 'How long the backend may take no data.', `${remote}, "write-timeout" => 60`),
    default: 0,
  }),
  'x-sendfile': bool(
    option(
      '1.4.40',
      'The backend may name a file in the header X-Sendfile, which is sent instead of its answer.',
      `${remote}, "x-sendfile" => "enable"`,
    ),
  ),
  'x-sendfile-docroot': list<string, readonly string[], readonly string[]>({
    ...option(
      '1.4.40',
      'Folders below which X-Sendfile may name files; without any, every file that the server can read.',
      `${remote}, "x-sendfile" => "enable", "x-sendfile-docroot" => ( "/srv/downloads" )`,
    ),
    default: [],
    entry: readDocroot,
  }),
};

/** Options that current lighttpd passes over, with the last release that read them. */
export const withdrawnBackendOptions: Readonly<Record<string, string>> = {
  balance: '1.4.9',
  'min-procs-not-working': '1.4.45',
};

export type BackendSettings = ConfigOf<typeof backendOptions & typeof ownBackendOptions>;

function readMode(mode: string, context: ReadContext): BackendMode {
  if (mode === 'authorizer') return 'authorizer';
  if (mode !== 'responder' && mode !== '')
    context.warn(`unknown mode "${mode}"`, 'It is taken as "responder"; the other mode is "authorizer"');
  return 'responder';
}

function readDocroot(folder: string, context: ReadContext): string | undefined {
  if (folder.startsWith('/')) return withSlash(simplifyPath(folder));
  return context.fail(
    `x-sendfile-docroot: "${folder}" does not start with a slash`,
    'Name the folder by its whole path',
  );
}
