/**
 * Serves an index file where a folder is asked for. Runs once the folder is known and before a module is looked for
 * that makes the answer, so that an index file can be a script.
 */
import { joinPath } from '../base/path.js';
import { type ConfigOf, list, type ReadContext } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import type { StatError } from '../files/stat-cache.js';
import { answerError } from '../plugin/answer.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

/** Two directives mean the same: the one of the later block holds, so each list knows its block. */
interface IndexFiles {
  readonly block: number;
  readonly names: readonly string[];
}

const directives = {
  'index-file.names': list({
    scope: 'connection',
    since: '1.4.1',
    build: readNames,
    doc: 'Files to serve for a folder, the first that exists; a name with a leading slash is below the document root.',
    example: 'index-file.names = ( "index.html", "index.php", "/fallback.php" )',
  }),
  'server.indexfiles': list({
    scope: 'connection',
    since: '1.4.1',
    build: readNames,
    doc: 'Another name of index-file.names.',
    example: 'server.indexfiles = ( "index.html" )',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modIndexfile = defineModule({
  name: 'mod_indexfile',
  directives,
  isUsed: (config) => (indexFilesOf(config)?.names.length ?? 0) > 0,
  hooks: { subrequestStart: findIndexFile },
  decidesOnly: true,
});

function findIndexFile(request: RequestState, config: Config): HandlerResult {
  if (request.handler !== null || !request.uri.path.endsWith('/')) return HandlerResult.goOn;
  const files = indexFilesOf(config);
  if (files === undefined) return HandlerResult.goOn;
  if (request.conf.logRequestHandling) {
    request.conf.errorLog.debug('mod_indexfile.c.172', '-- handling the request as Indexfile');
    request.conf.errorLog.debug('mod_indexfile.c.174', `URI          : ${request.uri.path}`);
  }
  const { names } = files;
  for (let i = 0; i < names.length; i++) {
    const path = pathOf(request, names[i]);
    const found = request.server.statCache.get(path);
    if (typeof found === 'object') return useIndexFile(request, names[i], path);
    if (found !== 'ENOENT' && found !== 'ENOTDIR') return refuse(request, found);
  }
  return HandlerResult.goOn;
}

function pathOf(request: RequestState, name: string): string {
  return joinPath(name.startsWith('/') ? request.physical.docroot : request.physical.path, name);
}

function useIndexFile(request: RequestState, name: string, path: string): HandlerResult {
  if (name.startsWith('/')) {
    request.env.set('PATH_TRANSLATED_DIRINDEX', request.physical.path);
    request.uri.path = name;
  } else {
    request.uri.path += name;
  }
  request.physical.path = path;
  request.statEntry = null;
  return HandlerResult.goOn;
}

function refuse(request: RequestState, error: StatError): HandlerResult {
  if (error === 'EACCES') return answerError(request, 403);
  request.conf.errorLog.error(
    'mod_indexfile.c.131',
    `index file error for request: ${request.uri.path} -> ${request.physical.path}: ${error}`,
  );
  return answerError(request, 500);
}

function indexFilesOf(config: Partial<Config>): IndexFiles | undefined {
  const names = config['index-file.names'];
  const oldName = config['server.indexfiles'];
  if (names === undefined || oldName === undefined) return names ?? oldName;
  return names.block > oldName.block ? names : oldName;
}

function readNames({ elements }: ArrayValue, { block }: ReadContext): IndexFiles {
  return { block, names: elements.map(({ value }) => (value.type === 'string' ? value.value : '')) };
}
