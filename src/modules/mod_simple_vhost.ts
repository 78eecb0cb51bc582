/**
 * Makes the document root out of a folder, the host name and another folder, with a default host for names that have
 * none. Runs where the document root is looked for.
 */
import { joinPath, withSlash } from '../base/path.js';
import { type ConfigOf, short, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { escapesFolder, folderProblem } from '../plugin/virtual-host.js';

const directives = {
  'simple-vhost.server-root': string({
    scope: 'connection',
    since: '1.4.1',
    entry: readFolder,
    doc: 'The folder that holds a folder for each host; empty turns the module off.',
    example: 'simple-vhost.server-root = "/srv/www/"',
  }),
  'simple-vhost.default-host': string({
    scope: 'connection',
    since: '1.4.1',
    entry: (text) => text || null,
    doc: 'The host whose folder is taken where the host asked for has none.',
    example: 'simple-vhost.default-host = "www.example.org"',
  }),
  'simple-vhost.document-root': string({
    scope: 'connection',
    since: '1.4.1',
    entry: readFolder,
    doc: "The document root, below the host's folder.",
    example: 'simple-vhost.document-root = "/htdocs/"',
  }),
  'simple-vhost.debug': short({
    scope: 'connection',
    since: '1.4.8',
    doc: 'Other than 0: folders that are looked for and missing are written to the error log.',
    example: 'simple-vhost.debug = 1',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modSimpleVhost = defineModule({
  name: 'mod_simple_vhost',
  directives,
  isUsed: (config) => Boolean(config['simple-vhost.server-root']),
  hooks: { docroot: findDocroot },
  decidesOnly: true,
});

function findDocroot(request: RequestState, config: Config): HandlerResult {
  if (!config['simple-vhost.server-root']) return HandlerResult.goOn;
  const { authority } = request.uri;
  if (authority !== '' && !escapesFolder(authority) && useHost(request, config, authority))
    return HandlerResult.goOn;
  useHost(request, config, config['simple-vhost.default-host'] ?? '');
  return HandlerResult.goOn;
}

/** Is there a folder for that host? Without a host the server root itself is meant. */
function useHost(request: RequestState, config: Config, authority: string): boolean {
  const folder = config['simple-vhost.document-root'];
  const hostFolder = (config['simple-vhost.server-root'] ?? '') + authority.split(':', 1)[0];
  const path = folder ? joinPath(hostFolder, folder) : withSlash(hostFolder);
  const problem = folderProblem(request, path);
  if (problem !== null) {
    if (config['simple-vhost.debug'])
      request.conf.errorLog.debug('mod_simple_vhost.c.181', `${path}: ${problem}`);
    return false;
  }
  if (authority !== '') request.serverName = authority;
  request.physical.docroot = path;
  return true;
}

/** With a slash at its end; null (and so no outer value) where it is empty. */
function readFolder(text: string): string | null {
  return withSlash(text) || null;
}
