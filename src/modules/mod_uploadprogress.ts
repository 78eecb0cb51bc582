/**
 * Tells how much of an upload has arrived, so that a page can show it. The upload is a POST with an id of 32 hex
 * digits: in the header `X-Progress-ID`, in the query (`?X-Progress-ID=...`), or at the end of the path. A GET of
 * `upload-progress.progress-url` with the same id is answered with XML. Gone from lighttpd since 1.4.68. Runs once the
 * URL is known. A worker knows its own uploads alone, so there is one unless server.max-worker says otherwise.
 */
import { type ConfigOf, string } from '../config/directive.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'upload-progress.progress-url': string({
    scope: 'connection',
    since: '1.4.5',
    until: '1.4.67',
    default: '',
    doc: 'The URL path that tells it, for the upload of the same X-Progress-ID.',
    example: 'upload-progress.progress-url = "/progress"',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  /** Uploads that are not answered yet, by their id. */
  readonly uploads: Map<string, RequestState>;
  /** Where a request keeps the id that it stands under. */
  readonly index: number;
}

export const modUploadprogress = defineModule({
  name: 'mod_uploadprogress',
  directives,
  needsOneWorker: true,
  isUsed: (config) => Boolean(config['upload-progress.progress-url']),
  start: ({ self }): State => ({ uploads: new Map(), index: self.index }),
  hooks: { uriClean: noteOrTell, requestReset: forget },
  explain: explainProgress,
});

function noteOrTell(request: RequestState, config: Config, state: State): HandlerResult {
  const id = concerns(request, config) ? progressIdOf(request) : null;
  if (id === null) return HandlerResult.goOn;
  if (request.method === 'GET') return tell(request, id, state.uploads.get(id));
  // an id that is taken stays with the first upload
  if (!state.uploads.has(id)) {
    state.uploads.set(id, request);
    request.moduleData[state.index] = id;
  }
  return HandlerResult.goOn;
}

/** Could it be an upload, or does it ask for one? */
function concerns({ method, uri }: RequestState, config: Config): boolean {
  const progressUrl = config['upload-progress.progress-url'];
  return progressUrl !== '' && (method === 'POST' || (method === 'GET' && uri.path === progressUrl));
}

function explainProgress(request: RequestState, config: Config): readonly ExplainLine[] {
  const id = concerns(request, config) ? progressIdOf(request) : null;
  if (id === null) return [];
  return request.method === 'GET'
    ? [{ text: `tells how much of the upload ${id} has arrived`, origin: null, takes: true }]
    : [{ text: `tells others how much of it has arrived, as the upload ${id}`, origin: null }];
}

function forget(request: RequestState, _config: Config, state: State): void {
  const id = request.moduleData[state.index];
  if (id !== undefined) state.uploads.delete(id as string);
}

const parameter = 'X-Progress-ID=';

function progressIdOf({ headers, uri, conf }: RequestState): string | null {
  const start = uri.query.indexOf(parameter);
  const given =
    headers.get('x-progress-id') ?? (start < 0 ? null : uri.query.slice(start + parameter.length));
  if (given === null) return /\/([0-9a-f]{32})$/i.exec(uri.path)?.[1] ?? null;
  const [digits] = /^[0-9a-f]*/i.exec(given) ?? [''];
  if (digits.length === 32) return digits;
  conf.errorLog.error('mod_uploadprogress.c', `invalid progress-id; non-xdigit or len != 32: ${given}`);
  return null;
}

function tell(request: RequestState, id: string, upload: RequestState | undefined): HandlerResult {
  const { responseHeaders, responseBody } = request;
  request.status = 200;
  if (upload === undefined) {
    request.conf.errorLog.error('mod_uploadprogress.c', `ID not known: ${id}`);
    responseBody.append('not in progress');
  } else {
    responseHeaders.set('Content-Type', 'text/xml');
    responseHeaders.set('Pragma', 'no-cache');
    responseHeaders.set('Expires', 'Thu, 19 Nov 1981 08:52:00 GMT');
    responseHeaders.set('Cache-Control', 'no-store, no-cache, must-revalidate, post-check=0, pre-check=0');
    const { length, bytesIn } = upload.body;
    responseBody.append(
      '<?xml version="1.0" encoding="iso-8859-1"?>' +
        `<upload><size>${length}</size><received>${bytesIn}</received></upload>`,
    );
  }
  responseBody.finish();
  return HandlerResult.finished;
}
