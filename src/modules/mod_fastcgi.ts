/**
 * Hands requests on to FastCGI applications, which it may start itself. Asked when the URL path is known, for
 * applications that need no file here, and again once the file is known.
 */

import { explainGateway } from '../backend/explain-gateway.js';
import { FastcgiWire } from '../backend/fastcgi.js';
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
import { arrayMap, type ConfigOf, int, string, stringMap } from '../config/directive.js';
import { defineModule, type StartContext } from '../plugin/define-module.js';

const directives = {
  'fastcgi.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    build: readBackends,
    doc: serverDoc,
    example: 'fastcgi.server = ( ".php" => (( "host" => "127.0.0.1", "port" => 9000 )) )',
  }),
  'fastcgi.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.46',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'fastcgi.balance = "round-robin"',
  }),
  'fastcgi.debug': int({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: debugDoc,
    example: 'fastcgi.debug = 1',
  }),
  'fastcgi.map-extensions': stringMap({
    scope: 'connection',
    since: '1.4.10',
    default: [],
    doc: mapExtensionsDoc,
    example: 'fastcgi.map-extensions = ( ".php3" => ".php" )',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modFastcgi = defineModule({
  name: 'mod_fastcgi',
  directives,
  isUsed: (config) => (config['fastcgi.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('fastcgi.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>) => new Gateway(context, { groupsOf, settingsOf }),
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
  return config['fastcgi.server'];
}

function settingsOf(config: Config): GatewaySettings {
  return {
    groups: config['fastcgi.server'],
    balance: config['fastcgi.balance'],
    mapExtensions: config['fastcgi.map-extensions'],
    upgrade: false,
    debug: config['fastcgi.debug'],
    makeWire: (target) => new FastcgiWire(target),
  };
}
