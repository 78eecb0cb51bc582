/**
 * Hands requests on to servers that speak AJP 1.3, such as Tomcat. Runs at uri-clean.
 */

import { Ajp13Wire } from '../backend/ajp13.js';
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
import { arrayMap, type ConfigOf, int, string, stringMap } from '../config/directive.js';
import { defineModule, type StartContext } from '../plugin/define-module.js';

const directives = {
  'ajp13.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.59',
    default: [],
    build: readBackends,
    doc: serverDoc,
    example: 'ajp13.server = ( "/app/" => (( "host" => "127.0.0.1", "port" => 8009 )) )',
  }),
  'ajp13.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.59',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'ajp13.balance = "round-robin"',
  }),
  'ajp13.debug': int({
    scope: 'connection',
    since: '1.4.59',
    default: 0,
    doc: debugDoc,
    example: 'ajp13.debug = 1',
  }),
  'ajp13.map-extensions': stringMap({
    scope: 'connection',
    since: '1.4.59',
    default: [],
    doc: mapExtensionsDoc,
    example: 'ajp13.map-extensions = ( ".php3" => ".php" )',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modAjp13 = defineModule({
  name: 'mod_ajp13',
  directives,
  isUsed: (config) => (config['ajp13.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('ajp13.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>) =>
    new Gateway(context, {
      groupsOf: (config) => config['ajp13.server'],
      settingsOf,
      needsNoFiles: true,
    }),
  hooks: {
    uriClean: (request, config, gateway) => gateway.take(request, config, true),
    subrequest: (request, _config, gateway) => gateway.answer(request),
    requestReset: (request, _config, gateway) => gateway.forget(request),
    trigger: (gateway) => gateway.tick(),
  },
  explain: (request, config) => explainGateway(request, settingsOf(config), true),
  stop: (gateway) => gateway.stop(),
});

function settingsOf(config: Config): GatewaySettings {
  return {
    groups: config['ajp13.server'],
    balance: config['ajp13.balance'],
    mapExtensions: config['ajp13.map-extensions'],
    upgrade: false,
    debug: config['ajp13.debug'],
    makeWire: (target) => new Ajp13Wire(target),
  };
}
