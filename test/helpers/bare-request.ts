import { tmpdir } from 'node:os';
import { ConditionSet } from '../../src/config/condition.js';
import { parseIpAddress } from '../../src/http/ip-address.js';
import { HttpVersion } from '../../src/http/version.js';
import { FeatureFlags } from '../../src/plugin/feature-flags.js';
import { RequestState } from '../../src/plugin/request-state.js';
import type { ServerContext } from '../../src/plugin/server-context.js';
import { treeOf } from '../config/tree-of.js';

/** A request outside of any server, and what was logged and sent early for it. */
export interface BareRequest {
  readonly request: RequestState;
  readonly logged: string[];
  /** Interim answers: the status, then `name: value` lines. */
  readonly interim: string[][];
}

/** A GET of `/app/x.cgi/info?q=1` over HTTP/1.1, mapped below `/www`. `conf` changes settings of the core. */
export function bareRequest(conf: Partial<RequestState['conf']> = {}): BareRequest {
  const logged: string[] = [];
  const interim: string[][] = [];
  const conditions = new ConditionSet(treeOf({ settings: {} }));
  const server = {
    conditions,
    features: new FeatureFlags(undefined),
    clock: { epochSeconds: 1_700_000_000, monotonicSeconds: 100 },
    modules: [],
  } as unknown as ServerContext;
  const request = new RequestState(server, conditions);
  const log = (_place: string, message: string): number => logged.push(message);
  request.conf = {
    errorLog: { error: log, warning: log, info: log, debug: log },
    headerStrict: true,
    streamRequestBody: -1,
    streamResponseBody: -1,
    serverTag: 'test/1',
    uploadDirs: [tmpdir()],
    ...conf,
  } as unknown as RequestState['conf'];
  request.connection = {
    listenSocket: { token: '192.0.2.1:8080' },
    localAddress: '192.0.2.1',
    sendInterim: (status: number, fields: readonly (readonly [string, string])[]) =>
      interim.push([String(status), ...fields.map(([name, value]) => `${name}: ${value}`)]),
  } as unknown as RequestState['connection'];
  request.body = { length: 0, finished: true, discard() {} } as unknown as RequestState['body'];
  request.remoteAddress = parseIpAddress('198.51.100.7')!;
  request.remotePort = 4711;
  Object.assign(request, {
    method: 'GET',
    version: HttpVersion.http11,
    keepAlive: true,
    target: '/app/x.cgi/info?q=1',
    targetOriginal: '/app/x.cgi/info?q=1',
    pathInfo: '/info',
    serverName: 'a.example:8080',
  });
  Object.assign(request.uri, { path: '/app/x.cgi', query: 'q=1', authority: 'a.example:8080' });
  Object.assign(request.physical, { path: '/www/app/x.cgi', basedir: '/www', docroot: '/www' });
  return { request, logged, interim };
}
