import type { ConfigOf } from '../../config/directive.js';
import { bool, map, type ReadContext, readSwitch, string } from '../../config/directive.js';
import type { ArrayValue } from '../../config/tree.js';

const options = [
  'deprecated-unsafe-partial-put',
  'propfind-depth-infinity',
  'unsafe-propfind-follow-symlink',
  'partial-put-copy-modify',
] as const;
type WebdavOption = (typeof options)[number];

/** An option can only be switched on: what is not wanted is left out. */
function readOptions(array: ArrayValue, context: ReadContext): ReadonlySet<WebdavOption> | undefined {
  const enabled = new Set<WebdavOption>();
  for (const { key, value } of array.elements) {
    const option = options.find((name) => name === key);
    if (option === undefined || readSwitch(value) !== true)
      context.fail(
        `webdav.opts: ${key}`,
        `Use ${options.join(', ')}, each "enable" or left out.`,
        value.origin,
      );
    else enabled.add(option);
  }
  return enabled.size === array.elements.length ? enabled : undefined;
}

export const directives = {
  'webdav.activate': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Answer the methods of WebDAV.',
    example: 'webdav.activate = "enable"',
  }),
  'webdav.is-readonly': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Refuse methods that change files.',
    example: 'webdav.is-readonly = "enable"',
  }),
  'webdav.log-xml': bool({
    scope: 'connection',
    since: '1.4.7',
    doc: 'Log the bodies of requests and answers.',
    example: 'webdav.log-xml = "enable"',
  }),
  'webdav.sqlite-db-name': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The SQLite database of properties and locks. Empty: there are neither.',
    example: 'webdav.sqlite-db-name = ""',
  }),
  'webdav.opts': map<ReadonlySet<WebdavOption>, ReadonlySet<WebdavOption>>({
    scope: 'connection',
    since: '1.4.54',
    default: new Set(),
    build: readOptions,
    doc: `Switches by name: ${options.join(', ')}.`,
    example: 'webdav.opts = ( "propfind-depth-infinity" => "enable" )',
  }),
};

export type WebdavConfig = ConfigOf<typeof directives>;
