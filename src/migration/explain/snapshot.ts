import type { HeaderList } from '../../http/header-list.js';
import type { RequestState } from '../../plugin/request-state.js';

/** What modules may change of a request. */
export interface Snapshot {
  readonly target: string;
  readonly serverName: string;
  readonly client: string;
  readonly scheme: string;
  readonly uriPath: string;
  readonly docroot: string;
  readonly path: string;
  readonly status: number;
  readonly isTaken: boolean;
  readonly requestHeaders: ReadonlyMap<string, string>;
  readonly responseHeaders: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
}

export interface Change {
  readonly text: string;
  /** Of the header or variable that changed, in lower case; otherwise empty. */
  readonly name: string;
}

export function snapshotOf(request: RequestState): Snapshot {
  return {
    target: request.target,
    serverName: request.serverName,
    client: request.remoteAddress.text,
    scheme: request.uri.scheme,
    uriPath: request.uri.path,
    docroot: request.physical.docroot,
    path: request.physical.path,
    status: request.status,
    isTaken: request.handler !== null,
    requestHeaders: fieldsOf(request.headers),
    responseHeaders: fieldsOf(request.responseHeaders),
    variables: new Map(request.env),
  };
}

function fieldsOf(headers: HeaderList): Map<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i < headers.size; i++) {
    const name = headers.nameAt(i);
    const before = fields.get(name);
    fields.set(name, before === undefined ? headers.valueAt(i) : `${before}, ${headers.valueAt(i)}`);
  }
  return fields;
}

const sentences: readonly (readonly [keyof Snapshot, string])[] = [
  ['client', 'the client is'],
  ['scheme', 'the scheme is'],
  ['target', 'the target is'],
  ['uriPath', 'the URL path is'],
  ['serverName', 'the name of the server is'],
  ['docroot', 'the document root is'],
  ['path', 'the path on disk is'],
];

/** What has changed since, each change in words. */
export function whatChanged(before: Snapshot, request: RequestState): Change[] {
  const now = snapshotOf(request);
  const changes: Change[] = [];
  for (const [key, sentence] of sentences)
    if (now[key] !== before[key] && now[key] !== '')
      changes.push({ text: `${sentence} ${now[key]}`, name: '' });
  if (now.isTaken && !before.isTaken) changes.push({ text: 'makes the answer', name: '' });
  changes.push(...changesOf('request header', before.requestHeaders, now.requestHeaders));
  changes.push(...changesOf('variable', before.variables, now.variables));
  changes.push(...changesOf('response header', before.responseHeaders, now.responseHeaders));
  if (now.status !== before.status) changes.push({ text: `answers with ${now.status}`, name: '' });
  return changes;
}

function changesOf(
  kind: string,
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Change[] {
  const changes: Change[] = [];
  for (const [name, value] of now)
    if (before.get(name) !== value)
      changes.push({ text: `${kind} ${name}: ${value}`, name: name.toLowerCase() });
  for (const name of before.keys())
    if (!now.has(name)) changes.push({ text: `takes ${kind} ${name} away`, name: name.toLowerCase() });
  return changes;
}
