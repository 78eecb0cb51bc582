/**
 * mod_ssi: carries out server-side includes (`<!--#echo var="DATE_LOCAL" -->`) in files with certain endings. Takes a
 * request where a module is looked for that makes the answer.
 */
import { bool, type ConfigOf, list, short, string } from '../../config/directive.js';
import { LocalZone } from '../../files/local-zone.js';
import { StatEntry } from '../../files/stat-cache.js';
import { httpDate } from '../../http/date.js';
import { answerError } from '../../plugin/answer.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import { etagOf } from '../../plugin/etag-of.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import { answersNotModified } from '../../plugin/send-file.js';
import type { Segment } from './document.js';
import { Page } from './page.js';
import { Variables } from './variables.js';

const directives = {
  'ssi.extension': list({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    doc: 'Ends of the names of files that hold includes.',
    example: 'ssi.extension = ( ".shtml" )',
  }),
  'ssi.content-type': string({
    scope: 'connection',
    since: '1.4.23',
    default: '',
    doc: 'The Content-Type of such files. Empty: text/html.',
    example: 'ssi.content-type = "text/html; charset=utf-8"',
  }),
  'ssi.conditional-requests': bool({
    scope: 'connection',
    since: '1.4.40',
    doc: 'Send ETag and Last-Modified of the file, and answer with 304 by them, whatever it includes.',
    example: 'ssi.conditional-requests = "enable"',
  }),
  'ssi.exec': bool({
    scope: 'connection',
    since: '1.4.40',
    default: true,
    doc: 'Carry out the command "exec", which runs programs.',
    example: 'ssi.exec = "disable"',
  }),
  'ssi.recursion-max': short({
    scope: 'connection',
    since: '1.4.44',
    default: 0,
    doc: 'How deep files that are included may include others. 0: includes in them are not carried out.',
    example: 'ssi.recursion-max = 5',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly self: LoadedModule;
  readonly zone: LocalZone;
  readonly parsed: WeakMap<Buffer, Segment[]>;
}

export const modSsi = defineModule({
  name: 'mod_ssi',
  directives,
  isUsed: (config) => (config['ssi.extension']?.length ?? 0) > 0,
  start: ({ self }: StartContext<Config>): State => ({ self, zone: new LocalZone(), parsed: new WeakMap() }),
  hooks: { subrequestStart: takeDocument, subrequest: answerWithPage },
  decidesOnly: true,
});

function takeDocument(request: RequestState, config: Config, { self }: State): HandlerResult {
  if (request.handler !== null) return HandlerResult.goOn;
  const { path } = request.physical;
  if (config['ssi.extension'].some((extension) => path.endsWith(extension))) request.handler = self;
  return HandlerResult.goOn;
}

async function answerWithPage(request: RequestState, config: Config, state: State): Promise<HandlerResult> {
  const { uri, physical, responseBody, responseHeaders } = request;
  const entry = request.server.statCache.get(physical.path);
  if (!(entry instanceof StatEntry) || !entry.isFile) return answerError(request, 500);
  const variables = Variables.of(request);
  if (variables === null) return answerError(request, 400);
  const page = new Page(request, variables, {
    allowsExec: config['ssi.exec'],
    depthMax: config['ssi.recursion-max'],
    nameZone: (date) => state.zone.nameAt(date),
    parsed: state.parsed,
  });
  await page.append({ uriPath: uri.path, path: physical.path, relPath: physical.relPath }, entry);
  responseHeaders.set('Content-Type', config['ssi.content-type'] || 'text/html');
  request.status = 200;
  if (config['ssi.conditional-requests']) setValidators(request, entry, page.newestInclude);
  responseBody.finish();
  return HandlerResult.finished;
}

/** By the newest of all files of the page. */
function setValidators(request: RequestState, entry: StatEntry, newestInclude: number): void {
  const { conf, responseHeaders } = request;
  const mtime = Math.max(entry.mtime, newestInclude);
  const mtimeNs = BigInt(mtime) * 1_000_000_000n + (entry.mtimeNs % 1_000_000_000n);
  const etag = etagOf(conf, { inode: entry.inode, size: entry.size, mtimeNs });
  if (etag !== '') responseHeaders.set('ETag', etag);
  responseHeaders.set('Last-Modified', httpDate(mtime));
  if (answersNotModified(request, { mtime })) request.responseBody.clear();
}
