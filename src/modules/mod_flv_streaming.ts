/**
 * Sends FLV files from a position on, as players ask that jump to it (`?start=N`, or `?start=N&end=M`, in bytes): a
 * head of its own and that part of the file. Gone from lighttpd since 1.4.64. Runs when the path on disk is known.
 */
import { type ConfigOf, list } from '../config/directive.js';
import { FilePart } from '../files/file-part.js';
import { containsSymlink, openForReading, type StatEntry } from '../files/stat-cache.js';
import { answerError } from '../plugin/answer.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'flv-streaming.extensions': list({
    scope: 'connection',
    since: '1.4.11',
    until: '1.4.63',
    default: [],
    doc: 'Ends of the names of FLV files.',
    example: 'flv-streaming.extensions = ( ".flv" )',
  }),
};

type Config = ConfigOf<typeof directives>;

/** Version 1 with video alone, nine bytes long, and no tag before the first. */
const flvHead = 'FLV\x01\x01\0\0\0\x09\0\0\0\x09';

export const modFlvStreaming = defineModule({
  name: 'mod_flv_streaming',
  directives,
  isUsed: (config) => (config['flv-streaming.extensions']?.length ?? 0) > 0,
  hooks: { physical: sendFromPosition },
  explain: explainPart,
});

function sendFromPosition(request: RequestState, config: Config): HandlerResult {
  const part = partAskedFor(request, config);
  if (part === null) return HandlerResult.goOn;
  const entry = request.server.statCache.get(request.physical.path);
  if (typeof entry === 'string') return answerError(request, entry === 'ENOENT' ? 404 : 403);
  return sendPart(request, entry, part.start, Math.min(part.end, entry.size));
}

/** Positions of its first byte and behind its last; null for the whole file, which is a matter of mod_staticfile. */
function partAskedFor(request: RequestState, config: Config): { start: number; end: number } | null {
  const { path } = request.physical;
  if (request.handler !== null || path === '') return null;
  if (!config['flv-streaming.extensions'].some((extension) => path.endsWith(extension))) return null;
  const start = Math.max(0, positionOf(request, 'start'));
  const end = positionOf(request, 'end');
  if (end > start) return { start, end: end + 1 };
  return start === 0 ? null : { start, end: Infinity };
}

function explainPart(request: RequestState, config: Config): readonly ExplainLine[] {
  const part = partAskedFor(request, config);
  if (part === null) return [];
  const end = part.end === Infinity ? 'its end' : `byte ${part.end - 1}`;
  const text = `sends ${request.physical.path} from byte ${part.start} to ${end}, with a head for players`;
  return [{ text, origin: null, takes: true }];
}

/** Sends the bytes from `start` up to `end`, which is not sent; without any the answer is empty. */
function sendPart(request: RequestState, entry: StatEntry, start: number, end: number): HandlerResult {
  const { followSymlink } = request.conf;
  if (!entry.isFile || (!followSymlink && containsSymlink(entry.path))) return answerError(request, 403);
  const { responseBody } = request;
  if (start < end) {
    const file = openForReading(entry.path, followSymlink);
    if (typeof file === 'string') return answerError(request, file === 'ENOENT' ? 404 : 403);
    responseBody.append(flvHead);
    responseBody.appendFile(new FilePart(file, start, end - start, true));
    request.responseHeaders.set('Content-Type', 'video/x-flv');
  }
  responseBody.finish();
  return HandlerResult.finished;
}

/** The number of that name in the query; -1 where the first of that name is none. */
function positionOf({ uri }: RequestState, name: string): number {
  const text = uri.query.split('&').find((part) => part.startsWith(`${name}=`));
  const digits = text?.slice(name.length + 1) ?? '';
  return /^\d+$/.test(digits) ? Number(digits) : -1;
}
