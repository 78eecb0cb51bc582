/**
 * Joins a connection to a backend, byte by byte: whatever is spoken on it, this server does not look at it. Decides
 * when the connection is accepted, so that settings can depend on its socket and its peer alone.
 */

import { Gateway, type GatewaySettings } from '../backend/gateway.js';
import {
  type Balance,
  balanceDoc,
  checkSharedSockets,
  debugDoc,
  readBalance,
  serverDoc,
} from '../backend/gateway-directives.js';
import { type BackendGroup, readBackends } from '../backend/read-backends.js';
import { TunnelWire } from '../backend/tunnel-wire.js';
import { ConditionCache } from '../config/condition.js';
import { arrayMap, type ConfigOf, int, string } from '../config/directive.js';
import type { SettingsSource } from '../config/patch.js';
import type { ConnectionState } from '../plugin/connection-state.js';
import { defineModule, type StartContext } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import type { ServerContext } from '../plugin/server-context.js';

const directives = {
  'sockproxy.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.50',
    default: [],
    build: readBackends,
    doc: serverDoc,
    example: 'sockproxy.server = ( "" => (( "host" => "127.0.0.1", "port" => 5432 )) )',
  }),
  'sockproxy.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.50',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'sockproxy.balance = "round-robin"',
  }),
  'sockproxy.debug': int({
    scope: 'connection',
    since: '1.4.50',
    default: 0,
    doc: debugDoc,
    example: 'sockproxy.debug = 1',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly server: ServerContext;
  readonly settings: SettingsSource<Config>;
  readonly gateway: Gateway<Config>;
}

export const modSockproxy = defineModule({
  name: 'mod_sockproxy',
  directives,
  isUsed: (config) => (config['sockproxy.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('sockproxy.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>): State => ({
    server: context.server,
    settings: context.settings,
    gateway: new Gateway(context, {
      groupsOf: (config) => config['sockproxy.server'],
      settingsOf: gatewaySettings,
      needsNoFiles: true,
    }),
  }),
  hooks: {
    connectionAccept: takeConnection,
    requestReset: (request, _config, { gateway }) => gateway.forget(request),
    trigger: ({ gateway }) => gateway.tick(),
  },
  stop: ({ gateway }) => gateway.stop(),
});

function takeConnection(connection: ConnectionState, state: State): HandlerResult {
  const config = settingsFor(connection, state);
  // there is no path to compare with: a key fits that fits the shortest one
  if (config['sockproxy.server'].some(({ key }) => '/'.startsWith(key)))
    connection.tunnel = (request) => join(request, config, state.gateway);
  return HandlerResult.goOn;
}

function settingsFor(connection: ConnectionState, { server, settings }: State): Config {
  if (settings.layers.length === 0) return settings.base;
  const { listenSocket, peerAddress } = connection;
  const source = {
    remoteAddress: peerAddress,
    conditionValue: (field: string) => (field === 'socket' ? listenSocket.token : peerAddress.text),
  };
  return settings.select(new ConditionCache(server.conditions, source));
}

async function join(request: RequestState, config: Config, gateway: Gateway<Config>): Promise<HandlerResult> {
  const result = gateway.take(request, config, true);
  return gateway.hasTaken(request) ? gateway.answer(request) : result;
}

function gatewaySettings(config: Config): GatewaySettings {
  return {
    groups: config['sockproxy.server'],
    balance: config['sockproxy.balance'],
    mapExtensions: [],
    upgrade: false,
    debug: config['sockproxy.debug'],
    makeWire: () => new TunnelWire(),
  };
}
