/**
 * Limits how many connections of one address are served at a time; those that wait for a request cost little and do not
 * count. Gone from lighttpd since 1.4.68. Runs once the URL is known. Each worker counts its own connections, so there
 * is one worker unless server.max-worker says otherwise.
 */
import { bool, type ConfigOf, short, string } from '../config/directive.js';
import { answerError, answerWithoutBody } from '../plugin/answer.js';
import type { ConnectionState } from '../plugin/connection-state.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'evasive.max-conns-per-ip': short({
    scope: 'connection',
    since: '1.4.9',
    until: '1.4.67',
    default: 0,
    doc: 'How many connections of one address may be served at a time; requests on further ones are refused with 403. 0: any number.',
    example: 'evasive.max-conns-per-ip = 10',
  }),
  'evasive.silent': bool({
    scope: 'connection',
    since: '1.4.23',
    until: '1.4.67',
    doc: 'Do not log refused requests.',
    example: 'evasive.silent = "enable"',
  }),
  'evasive.location': string({
    scope: 'connection',
    since: '1.4.40',
    until: '1.4.67',
    default: '',
    doc: 'Where refused requests are sent on to, in place of 403.',
    example: 'evasive.location = "http://www.example.org/busy.html"',
  }),
};

type Config = ConfigOf<typeof directives>;

/** A connection while it has requests that are not answered yet. */
interface BusyConnection {
  readonly client: string;
  requests: number;
}

interface State {
  readonly busy: Map<ConnectionState, BusyConnection>;
  /** How many connections of each client are busy. */
  readonly counts: Map<string, number>;
  /** Where a request keeps that it is counted. */
  readonly index: number;
}

export const modEvasive = defineModule({
  name: 'mod_evasive',
  directives,
  needsOneWorker: true,
  isUsed: (config) => (config['evasive.max-conns-per-ip'] ?? 0) > 0,
  start: ({ self }): State => ({ busy: new Map(), counts: new Map(), index: self.index }),
  hooks: { uriClean: limitConnections, requestReset: forget },
  explain: explainLimit,
});

function limitConnections(request: RequestState, config: Config, state: State): HandlerResult {
  // all are counted: the next request may be one that a limit holds for
  const count = countConnection(request, state);
  const limit = config['evasive.max-conns-per-ip'];
  return limit > 0 && count > limit ? refuse(request, config) : HandlerResult.goOn;
}

/** Gives the number of busy connections that the client of the request has now. */
function countConnection(request: RequestState, { busy, counts, index }: State): number {
  const { connection, moduleData } = request;
  let counted = busy.get(connection);
  if (counted === undefined) {
    // mod_extforward tells requests of different clients apart, where a trusted proxy sends them
    counted = { client: request.remoteAddress.text, requests: 0 };
    busy.set(connection, counted);
    counts.set(counted.client, (counts.get(counted.client) ?? 0) + 1);
  }
  if (moduleData[index] === undefined) {
    moduleData[index] = true;
    counted.requests++;
  }
  return counts.get(counted.client) ?? 0;
}

function forget({ connection, moduleData }: RequestState, _config: Config, state: State): void {
  const { busy, counts, index } = state;
  const counted = busy.get(connection);
  if (counted === undefined || moduleData[index] === undefined) return;
  if (--counted.requests > 0) return;
  busy.delete(connection);
  const left = (counts.get(counted.client) ?? 0) - 1;
  if (left > 0) counts.set(counted.client, left);
  else counts.delete(counted.client);
}

/** Other connections are what it hangs on: none is known here. */
function explainLimit(_request: RequestState, config: Config): readonly ExplainLine[] {
  const limit = config['evasive.max-conns-per-ip'];
  if (limit === 0) return [];
  const location = config['evasive.location'];
  const refusal = location === '' ? 'refuses it with 403' : `sends it on to ${location} (302)`;
  return [{ text: `${refusal} where more than ${limit} connections of the client are served`, origin: null }];
}

function refuse(request: RequestState, config: Config): HandlerResult {
  if (!config['evasive.silent']) {
    const text = `${request.remoteAddress.text} turned away. Too many connections.`;
    request.conf.errorLog.error('mod_evasive.c', text);
  }
  const location = config['evasive.location'];
  if (location === '') return answerError(request, 403);
  request.responseHeaders.set('Location', location);
  return answerWithoutBody(request, 302);
}
