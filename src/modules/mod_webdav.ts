/**
 * Lets clients change files (WebDAV, RFC 4918). Runs at subrequest-start, for the methods of WebDAV.
 */

import type { ConfigOf } from '../config/directive.js';
import { bool, map, type ReadContext, readSwitch, string } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { whyNoDatabase } from '../files/readable-file.js';
import { type CheckContext, defineModule } from '../plugin/define-module.js';

const options = [
  'deprecated-unsafe-partial-put',
  'propfind-depth-infinity',
  'unsafe-propfind-follow-symlink',
  'partial-put-copy-modify',
] as const;
export type WebdavOption = (typeof options)[number];

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

const directives = {
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

export const modWebdav = defineModule({
  name: 'mod_webdav',
  directives,
  notServed: 'the methods of WebDAV are not answered yet',
  check: checkDatabases,
});

function checkDatabases({
  settings,
  diagnostics,
  originOf,
}: CheckContext<ConfigOf<typeof directives>>): void {
  const key = 'webdav.sqlite-db-name';
  for (const { block, values } of [{ block: 0, values: settings.base }, ...settings.layers]) {
    const path = values[key];
    const problem = path ? whyNoDatabase(path) : null;
    if (problem !== null)
      diagnostics.error(
        'invalid-value',
        originOf(key, block),
        `${key} ${path}: ${problem}`,
        'Name a file that can be made.',
      );
  }
}
