/**
 * Hands requests on to other HTTP servers. Asked when the URL path is known; no file needs to exist here.
 */

import { explainGateway } from '../../backend/explain-gateway.js';
import { Gateway, type GatewaySettings } from '../../backend/gateway.js';
import {
  type Balance,
  balanceDoc,
  checkSharedSockets,
  debugDoc,
  mapExtensionsDoc,
  readBalance,
  readResponders,
  serverDoc,
} from '../../backend/gateway-directives.js';
import type { BackendGroup } from '../../backend/read-backends.js';
import { TunnelWire } from '../../backend/tunnel-wire.js';
import {
  arrayMap,
  bool,
  type ConfigOf,
  int,
  map,
  type ReadContext,
  readSwitch,
  string,
  stringMap,
} from '../../config/directive.js';
import type { ArrayValue } from '../../config/tree.js';
import { answerError } from '../../plugin/answer.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { type HeaderOptions, noHeaderOptions, readHeaderOptions } from './header-options.js';
import { type ProxyOptions, ProxyWire } from './proxy-wire.js';

/** Parameters of the Forwarded header (RFC 7239), and one of lighttpd's own. */
const forwardedParameters = ['by', 'for', 'host', 'proto', 'remote_user'] as const;
export type ForwardedParameter = (typeof forwardedParameters)[number];

function readForwarded(array: ArrayValue, context: ReadContext): ReadonlySet<ForwardedParameter> | undefined {
  const enabled = new Set<ForwardedParameter>();
  let failed = false;
  for (const { key, value } of array.elements) {
    const name = forwardedParameters.find((each) => each === key);
    const isOn = readSwitch(value);
    if (name === undefined || isOn === null) {
      const detail = `Use ${forwardedParameters.join(', ')}, each 0, 1, "enable" or "disable".`;
      context.fail(`proxy.forwarded: ${key}`, detail, value.origin);
      failed = true;
    } else if (isOn) enabled.add(name);
  }
  return failed ? undefined : enabled;
}

const directives = {
  'proxy.server': arrayMap<readonly BackendGroup[], readonly BackendGroup[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    build: readResponders,
    doc: serverDoc,
    example: 'proxy.server = ( "/app/" => (( "host" => "127.0.0.1", "port" => 8080 )) )',
  }),
  'proxy.balance': string<Balance, Balance>({
    scope: 'connection',
    since: '1.4.1',
    default: 'least-connection',
    entry: readBalance,
    doc: balanceDoc,
    example: 'proxy.balance = "hash"',
  }),
  'proxy.debug': int({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: debugDoc,
    example: 'proxy.debug = 1',
  }),
  'proxy.map-extensions': stringMap({
    scope: 'connection',
    since: '1.4.46',
    default: [],
    doc: mapExtensionsDoc,
    example: 'proxy.map-extensions = ( ".php3" => ".php" )',
  }),
  'proxy.forwarded': map<ReadonlySet<ForwardedParameter>, ReadonlySet<ForwardedParameter>>({
    scope: 'connection',
    since: '1.4.46',
    default: new Set(),
    build: readForwarded,
    doc: `What backends are told in the header Forwarded: ${forwardedParameters.join(', ')}.`,
    example: 'proxy.forwarded = ( "for" => 1, "proto" => 1 )',
  }),
  'proxy.header': map<HeaderOptions, HeaderOptions>({
    scope: 'connection',
    since: '1.4.46',
    default: noHeaderOptions,
    build: readHeaderOptions,
    doc: 'How hosts and paths in heads are replaced on their way, and which protocols backends may speak.',
    example: 'proxy.header = ( "map-urlpath" => ( "/app/" => "/" ), "upgrade" => "enable" )',
  }),
  'proxy.replace-http-host': bool({
    scope: 'connection',
    since: '1.4.44',
    doc: 'Ask backends by the label that they have in proxy.server, and not by the host that the client asked for.',
    example: 'proxy.replace-http-host = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modProxy = defineModule({
  name: 'mod_proxy',
  directives,
  isUsed: (config) => (config['proxy.server'] ?? []).length > 0,
  check: (context) => checkSharedSockets('proxy.server', context.settings, context.diagnostics),
  start: (context: StartContext<Config>) => {
    const defaults = defaultsOf(context.server);
    return new Gateway(context, {
      groupsOf: (config) => config['proxy.server'],
      settingsOf: (config) => gatewaySettings(config, defaults),
      needsNoFiles: true,
    });
  },
  hooks: {
    uriClean: takeRequest,
    subrequest: (request, _config, gateway) => gateway.answer(request),
    requestReset: (request, _config, gateway) => gateway.forget(request),
    trigger: (gateway) => gateway.tick(),
  },
  explain: (request, config) =>
    explainGateway(request, gatewaySettings(config, defaultsOf(request.server)), true),
  stop: (gateway) => gateway.stop(),
});

function takeRequest(request: RequestState, config: Config, gateway: Gateway<Config>): HandlerResult {
  const result = gateway.take(request, config, true);
  const isTaken = result === HandlerResult.goOn && gateway.hasTaken(request);
  if (isTaken && request.method === 'CONNECT' && !config['proxy.header'].connect) {
    gateway.forget(request);
    return answerError(request, 405);
  }
  return result;
}

/** Without `proxy.header`, the feature flag `proxy.force-http10` counts. */
function defaultsOf({ features }: ServerContext): HeaderOptions {
  return { ...noHeaderOptions, forceHttp10: features.bool('proxy.force-http10', false) };
}

function gatewaySettings(config: Config, defaults: HeaderOptions): GatewaySettings {
  const header = config['proxy.header'] === noHeaderOptions ? defaults : config['proxy.header'];
  const options: ProxyOptions = {
    header,
    forwarded: config['proxy.forwarded'],
    replaceHost: config['proxy.replace-http-host'],
  };
  return {
    groups: config['proxy.server'],
    balance: config['proxy.balance'],
    mapExtensions: config['proxy.map-extensions'],
    upgrade: header.upgrade,
    debug: config['proxy.debug'],
    makeWire: (target) =>
      target.request.method === 'CONNECT' ? new TunnelWire() : new ProxyWire(target, options),
  };
}
