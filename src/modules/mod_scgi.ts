/**
 * Hands requests on to SCGI and uwsgi applications, which it may start itself. Asked when the URL path is known, for
 * applications that need no file here, and again once the file is known.
 */

import { explainGateway } from '../backend/explain-gateway.js';
import { Gateway, type GatewaySettings } from '../backend/gateway.js';
import {
  type Balance,
  balanceDoc,
  checkSharedSockets,
  debugDoc,
  mapExtensionsDoc,
  readBalance,
  serverDoc,
} from '../backend/gateway-directives.js';
import { type BackendGroup, readBackends } from '../backend/read-backends.js';
import { ScgiWire, UwsgiWire } from '../backend/scgi.js';
import { arrayMap, type ConfigOf, int, type ReadContext, string, stringMap } from '../config/directive.js';
import { defineModule, type StartContext } from '../plugin/define-module.js';

export type ScgiProtocol = 'scgi' | 'uwsgi';

function readProtocol(text: string, context: ReadContext): ScgiProtocol | undefined {
  if (text === 'scgi' || text === 'uwsgi') return text;
  return context.fail(`scgi.protocol has an unknown value: ${text}`, 'Use "scgi" or "uwsgi".');
}

const directives = {
  'scgi.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    build: readBackends,
    doc: serverDoc,
    example: 'scgi.server = ( "/app/" => (( "host" => "127.0.0.1", "port" => 4000 )) )',
  }),
  'scgi.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.46',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'scgi.balance = "round-robin"',
  }),
  'scgi.debug': int({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: debugDoc,
    example: 'scgi.debug = 1',
  }),
  'scgi.map-extensions': stringMap({
    scope: 'connection',
    since: '1.4.46',
    default: [],
    doc: mapExtensionsDoc,
    example: 'scgi.map-extensions = ( ".php3" => ".php" )',
  }),
  'scgi.protocol': string<ScgiProtocol, ScgiProtocol>({
    scope: 'connection',
    since: '1.4.42',
    default: 'scgi',
    entry: readProtocol,
    doc: 'What is spoken with the backends: "scgi" or "uwsgi".',
    example: 'scgi.protocol = "uwsgi"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modScgi = defineModule({
  name: 'mod_scgi',
  directives,
  isUsed: (config) => (config['scgi.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('scgi.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>) =>
    new Gateway(context, { groupsOf, settingsOf, startsWithShell: true }),
  hooks: {
    uriClean: (request, config, gateway) => gateway.take(request, config, true),
    subrequestStart: (request, config, gateway) => gateway.take(request, config, false),
    subrequest: (request, _config, gateway) => gateway.answer(request),
    requestReset: (request, _config, gateway) => gateway.forget(request),
    trigger: (gateway) => gateway.tick(),
  },
  explain: (request, config) => explainGateway(request, settingsOf(config)),
  stop: (gateway) => gateway.stop(),
});

function groupsOf(config: Partial<Config>): readonly BackendGroup[] | undefined {
  return config['scgi.server'];
}

function settingsOf(config: Config): GatewaySettings {
  const isUwsgi = config['scgi.protocol'] === 'uwsgi';
  return {
    groups: config['scgi.server'],
    balance: config['scgi.balance'],
    mapExtensions: config['scgi.map-extensions'],
    upgrade: false,
    debug: config['scgi.debug'],
    makeWire: (target) => (isUwsgi ? new UwsgiWire(target) : new ScgiWire(target)),
  };
}
