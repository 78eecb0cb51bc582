/**
 * Takes WebSocket connections (RFC 6455) and joins them to backends that know nothing of WebSockets: these get the
 * content of frames, and what they send is put into frames. Asked when the URL path is known.
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
  readResponders,
  serverDoc,
} from '../backend/gateway-directives.js';
import type { BackendGroup } from '../backend/read-backends.js';
import { WebSocketWire } from '../backend/websocket-wire.js';
import {
  arrayMap,
  type ConfigOf,
  int,
  list,
  type ReadContext,
  short,
  string,
  stringMap,
} from '../config/directive.js';
import { hasToken } from '../http/tokens.js';
import { HttpVersion } from '../http/version.js';
import { answerError } from '../plugin/answer.js';
import { defineModule, type StartContext } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

export type FrameType = 'text' | 'binary';

function readOrigin(text: string, context: ReadContext): string | undefined {
  return text === '' ? context.fail('an origin of wstunnel.origins is empty') : text;
}

const directives = {
  'wstunnel.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.46',
    default: [],
    build: readResponders,
    doc: serverDoc,
    example: 'wstunnel.server = ( "/ws/" => (( "host" => "127.0.0.1", "port" => 6000 )) )',
  }),
  'wstunnel.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.46',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'wstunnel.balance = "round-robin"',
  }),
  'wstunnel.debug': int({
    scope: 'connection',
    since: '1.4.46',
    default: 0,
    doc: debugDoc,
    example: 'wstunnel.debug = 1',
  }),
  'wstunnel.map-extensions': stringMap({
    scope: 'connection',
    since: '1.4.46',
    default: [],
    doc: mapExtensionsDoc,
    example: 'wstunnel.map-extensions = ( ".php3" => ".php" )',
  }),
  'wstunnel.frame-type': string<FrameType, FrameType>({
    scope: 'connection',
    since: '1.4.46',
    default: 'text',
    entry: (text) => (text.toLowerCase() === 'binary' ? 'binary' : 'text'),
    doc: 'The type of frames that clients are sent: "text" or "binary".',
    example: 'wstunnel.frame-type = "binary"',
  }),
  'wstunnel.origins': list({
    scope: 'connection',
    since: '1.4.46',
    default: [],
    entry: readOrigin,
    doc: 'The origins whose pages may connect, whole or as the end of a host name. Empty: any.',
    example: 'wstunnel.origins = ( "www.example.org" )',
  }),
  'wstunnel.ping-interval': short({
    scope: 'connection',
    since: '1.4.46',
    default: 0,
    doc: 'How many seconds pass between pings to the client. 0: none are sent.',
    example: 'wstunnel.ping-interval = 30',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modWstunnel = defineModule({
  name: 'mod_wstunnel',
  directives,
  isUsed: (config) => (config['wstunnel.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('wstunnel.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>) =>
    new Gateway(context, {
      groupsOf: (config) => config['wstunnel.server'],
      settingsOf: gatewaySettings,
      needsNoFiles: true,
    }),
  hooks: {
    uriClean: takeHandshake,
    subrequest: (request, _config, gateway) => gateway.answer(request),
    requestReset: (request, _config, gateway) => gateway.forget(request),
    trigger: (gateway) => gateway.tick(),
  },
  explain: (request, config) => explainGateway(request, gatewaySettings(config), true),
  stop: (gateway) => gateway.stop(),
});

function takeHandshake(request: RequestState, config: Config, gateway: Gateway<Config>): HandlerResult {
  if (request.handler !== null || !isHandshake(request)) return HandlerResult.goOn;
  const result = gateway.take(request, config, true);
  if (result !== HandlerResult.goOn || !gateway.hasTaken(request)) return result;
  const refusal = checkHandshake(request, config);
  if (refusal === 0) return result;
  gateway.forget(request);
  return answerError(request, refusal);
}

/** Other requests for the same paths are none of this module's business. */
function isHandshake({ method, version, headers }: RequestState): boolean {
  if (method !== 'GET' || version !== HttpVersion.http11) return false;
  const upgrade = headers.get('upgrade') ?? '';
  const connection = headers.get('connection') ?? '';
  return hasToken(upgrade, 'websocket') && hasToken(connection, 'upgrade');
}

/** 0, or the status that refuses the handshake. */
function checkHandshake(request: RequestState, config: Config): number {
  const { headers, host } = request;
  if (!host) return 400;
  const origins = config['wstunnel.origins'];
  if (origins.length > 0) {
    const origin = headers.get('origin') ?? '';
    if (origin === '') return 400;
    if (!origins.some((allowed) => origin === allowed || origin.endsWith(`.${allowed}`))) return 403;
  }
  return headers.get('sec-websocket-version') === '13' ? 0 : 400;
}

function gatewaySettings(config: Config): GatewaySettings {
  const options = {
    isBinary: config['wstunnel.frame-type'] === 'binary',
    pingInterval: config['wstunnel.ping-interval'],
    isDebugged: config['wstunnel.debug'] > 0,
  };
  return {
    groups: config['wstunnel.server'],
    balance: config['wstunnel.balance'],
    mapExtensions: config['wstunnel.map-extensions'],
    upgrade: true,
    debug: config['wstunnel.debug'],
    makeWire: (target) => new WebSocketWire(target, options),
  };
}
