/**
 * mod_extforward: behind a proxy, requests come from the proxy's address. This module takes the client's from
 * X-Forwarded-For, Forwarded or a PROXY header, where a proxy that is trusted has written it, so that conditions, logs
 * and programs see the client. Runs at the first bytes of a connection, and when the target of a request is known.
 */
import { ConditionCache, type ConditionSource } from '../../config/condition.js';
import type { ReadContext } from '../../config/directive.js';
import { bool, type ConfigOf, list, map, readSwitch, stringMap } from '../../config/directive.js';
import type { ArrayValue, ConditionField } from '../../config/tree.js';
import { checkHost } from '../../http/host.js';
import { type IpAddress, parseIpAddress } from '../../http/ip-address.js';
import type { ConnectionState } from '../../plugin/connection-state.js';
import { type CheckContext, defineModule, type StartContext } from '../../plugin/define-module.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { readForwarded } from './forwarded-header.js';
import { type Forwarder, readForwarder, trustsName, trustsPeer } from './forwarder.js';
import { type ProxyHeader, readProxyHeader } from './proxy-header.js';

interface ForwardedParams {
  readonly host: boolean;
  readonly remoteUser: boolean;
}

const directives = {
  'extforward.forwarder': stringMap({
    scope: 'connection',
    since: '1.4.14',
    doc: 'Which proxies are believed, by address or network; "all" believes whoever connects.',
    example: 'extforward.forwarder = ( "10.0.0.0/8" => "trust", "2001:db8::1" => "trust" )',
    build: readForwarder,
  }),
  'extforward.headers': list({
    scope: 'connection',
    since: '1.4.23',
    doc: 'Where the client is looked for; the first header that is there counts. Without it: X-Forwarded-For, Forwarded-For.',
    example: 'extforward.headers = ( "Forwarded", "X-Forwarded-For" )',
  }),
  'extforward.params': map({
    scope: 'connection',
    since: '1.4.46',
    doc: 'What else is taken from the header Forwarded: the host that the client asked for, and its user.',
    example: 'extforward.params = ( "host" => "enable", "remote_user" => "enable" )',
    build: readParams,
  }),
  'extforward.hap-PROXY': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: "Connections of trusted proxies start with a header of HAProxy's PROXY protocol, version 1 or 2.",
    example: 'extforward.hap-PROXY = "enable"',
  }),
  'extforward.hap-PROXY-ssl-client-verify': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: 'Take the name in a client certificate that the proxy has verified as the user.',
    example: 'extforward.hap-PROXY-ssl-client-verify = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly index: number;
  /** What a connection may be asked about before its first request. */
  readonly connectionSource: ConnectionSource;
  readonly connectionConditions: ConditionCache;
  readonly settings: StartContext<Config>['settings'];
  readonly headersFor: (config: Config) => readonly HeaderName[];
  /** mod_proxy tells backends what was asked of this server. */
  readonly keepsActual: boolean;
}

interface HeaderName {
  readonly lower: string;
  readonly isForwarded: boolean;
}

export const modExtforward = defineModule({
  name: 'mod_extforward',
  directives,
  isUsed: (config) => config['extforward.forwarder'] !== undefined,
  check: checkOrder,
  start,
  hooks: {
    connectionAccept: expectProxyHeader,
    uriRaw: findClient,
    requestEnv: addProxyEnv,
    requestReset: restore,
  },
  decidesOnly: true,
});

function readParams({ elements }: ArrayValue, context: ReadContext): ForwardedParams | undefined {
  const params = { host: false, remote_user: false };
  for (const { key, value } of elements) {
    const isOn = readSwitch(value);
    if (isOn === null || !(key === 'host' || key === 'remote_user'))
      return context.fail(
        `"${key}" is no parameter that can be taken, or has no switch as its value`,
        'The parameters are "host" and "remote_user", each "enable" or "disable".',
        value.origin,
      );
    params[key] = isOn;
  }
  return { host: params.host, remoteUser: params.remote_user };
}

const tlsModules = ['mod_openssl', 'mod_mbedtls', 'mod_wolfssl', 'mod_nss', 'mod_gnutls'];

/** The PROXY header stands before the TLS handshake, so this module must be the last to look at a new connection. */
function checkOrder({ settings, moduleNames, diagnostics, originOf }: CheckContext<Config>): void {
  const layer = [{ block: 0, values: settings.base }, ...settings.layers].find(
    ({ values }) => values['extforward.hap-PROXY'],
  );
  if (layer === undefined) return;
  const behind = moduleNames
    .slice(moduleNames.indexOf('mod_extforward'))
    .find((name) => tlsModules.includes(name));
  if (behind === undefined) return;
  const summary = `mod_extforward must be loaded after ${behind} for extforward.hap-PROXY`;
  const detail = `List "mod_extforward" after "${behind}" in server.modules.`;
  diagnostics.warning('module-order', originOf('extforward.hap-PROXY', layer.block), summary, detail);
}

function start({ settings, server, self }: StartContext<Config>): State {
  const source = new ConnectionSource();
  const { base } = settings;
  const global = base['extforward.headers'];
  const usesDefault = !base['extforward.hap-PROXY'] && (global?.length ?? 0) === 0;
  const defaults = (usesDefault ? ['X-Forwarded-For', 'Forwarded-For'] : (global ?? [])).map(headerName);
  const known = new Map<readonly string[] | undefined, readonly HeaderName[]>([[global, defaults]]);
  for (const { values } of settings.layers) {
    const names = values['extforward.headers'];
    if (names !== undefined) known.set(names, names.map(headerName));
  }
  return {
    index: self.index,
    connectionSource: source,
    connectionConditions: new ConditionCache(server.conditions, source),
    settings,
    headersFor: (config) => known.get(config['extforward.headers'])!,
    keepsActual: server.modules.some(({ definition }) => definition.name === 'mod_proxy'),
  };
}

function headerName(name: string): HeaderName {
  const lower = name.toLowerCase();
  return { lower, isForwarded: lower === 'forwarded' };
}

/** Answers conditions for a connection without a request: its socket and its peer. */
class ConnectionSource implements ConditionSource {
  connection!: ConnectionState;

  get remoteAddress(): IpAddress {
    return this.connection.peerAddress;
  }

  conditionValue(field: ConditionField): string {
    if (field === 'socket') return this.connection.listenSocket.token;
    return field === 'remoteIp' ? this.remoteAddress.text : '';
  }
}

function expectProxyHeader(connection: ConnectionState, state: State): HandlerResult {
  state.connectionSource.connection = connection;
  state.connectionConditions.reset();
  const config = state.settings.select(state.connectionConditions);
  const forwarder = config['extforward.forwarder'];
  if (!config['extforward.hap-PROXY'] || forwarder === undefined) return HandlerResult.goOn;
  if (!trustsPeer(forwarder, connection.peerAddress)) return HandlerResult.goOn;
  connection.preread = (bytes) => {
    const header = readProxyHeader(bytes);
    if (header === null) return -1;
    connection.moduleData[state.index] = header;
    if (header.client !== null) {
      connection.peerAddress = header.client.address;
      connection.peerPort = header.client.port;
    }
    if (header.isTls) connection.scheme = 'https';
    return header.length;
  };
  return HandlerResult.goOn;
}

function findClient(request: RequestState, config: Config, state: State): HandlerResult {
  const forwarder = config['extforward.forwarder'];
  if (forwarder === undefined) return HandlerResult.goOn;
  const { connection } = request;
  if (config['extforward.hap-PROXY-ssl-client-verify'])
    setVerifiedUser(request, connection.moduleData[state.index] as ProxyHeader | undefined);
  // a request that starts again keeps the client that was found at first
  if (request.moduleData[state.index] === true) return HandlerResult.goOn;

  for (const { lower, isForwarded } of state.headersFor(config)) {
    const value = request.headers.get(lower);
    if (!value) continue;
    if (!trustsPeer(forwarder, connection.peerAddress)) break;
    return isForwarded
      ? followForwarded(request, config, state, value)
      : followAddresses(request, forwarder, state, value);
  }
  if (request.conf.logRequestHandling) {
    const peer = connection.peerAddress.text;
    const message = `no forward header found or remote address ${peer} is NOT a trusted proxy, skipping`;
    request.conf.errorLog.debug('mod_extforward.c.1150', message);
  }
  return HandlerResult.goOn;
}

function setVerifiedUser(request: RequestState, header: ProxyHeader | undefined): void {
  const name = header?.isVerified ? header.env.get('SSL_CLIENT_S_DN_CN') : undefined;
  request.env.set('SSL_CLIENT_VERIFY', name === undefined ? 'NONE' : 'SUCCESS');
  if (name === undefined) return;
  request.env.set('REMOTE_USER', name);
  request.env.set('AUTH_TYPE', 'SSL_CLIENT_VERIFY');
}

/** X-Forwarded-For and its kind: whatever looks like addresses; the last one that is no trusted proxy counts. */
function followAddresses(
  request: RequestState,
  forwarder: Forwarder,
  state: State,
  value: string,
): HandlerResult {
  const client = value.match(/[0-9a-f:][0-9a-f:.]*/gi)?.findLast((name) => !trustsName(forwarder, name));
  const address = client === undefined ? null : parseIpAddress(client);
  if (address === null) return HandlerResult.goOn;
  setAddress(request, state, address);
  setScheme(request, state, request.headers.get('x-forwarded-proto') ?? '');
  return HandlerResult.goOn;
}

function followForwarded(request: RequestState, config: Config, state: State, value: string): HandlerResult {
  const found = readForwarded(value, config['extforward.forwarder']!);
  if (found === null) return HandlerResult.goOn;
  if ('problem' in found) return badRequest(request, found.line, found.problem);
  setAddress(request, state, found.address);
  setScheme(request, state, found.proto ?? '');
  const params = config['extforward.params'];
  if (params?.host && found.host !== undefined && !setHost(request, state, found.host))
    return badRequest(request, 1004, 'invalid host= value in Forwarded header');
  if (params?.remoteUser && found.remoteUser !== undefined) {
    if (found.remoteUser === null)
      return badRequest(request, 1036, 'invalid remote_user= value in Forwarded header');
    request.env.set('REMOTE_USER', found.remoteUser);
  }
  return HandlerResult.goOn;
}

function setAddress(request: RequestState, state: State, address: IpAddress): void {
  request.moduleData[state.index] = true;
  request.remoteAddress = address;
  request.remotePort = 0;
  request.conditions.resetField('remoteIp');
  if (request.conf.logRequestHandling)
    request.conf.errorLog.debug('mod_extforward.c.622', `using address: ${address.text}`);
}

function setScheme(request: RequestState, state: State, proto: string): void {
  const scheme = proto.toLowerCase();
  if (scheme === '' || scheme === request.uri.scheme) return;
  if (state.keepsActual) request.env.set('_L_EXTFORWARD_ACTUAL_PROTO', request.uri.scheme);
  if (scheme !== 'http' && scheme !== 'https') return;
  request.uri.scheme = scheme;
  request.conditions.resetField('scheme');
}

/** Changes what programs see as the Host header, and nothing else; false where it is no host. */
function setHost(request: RequestState, state: State, host: string | null): boolean {
  const schemePort = request.uri.scheme === 'https' ? 443 : 80;
  const checked = host === null ? null : checkHost(host, request.conf.parseOptions, schemePort);
  if (checked === null) return false;
  if (state.keepsActual && request.host) request.env.set('_L_EXTFORWARD_ACTUAL_HOST', request.host);
  request.host = checked;
  request.headers.set('Host', checked);
  return true;
}

function badRequest(request: RequestState, line: number, problem: string): HandlerResult {
  request.conf.errorLog.error(`mod_extforward.c.${line}`, problem);
  request.status = 400;
  return HandlerResult.finished;
}

/** What the PROXY header said of TLS, in place of what this server's TLS might say. */
function addProxyEnv(request: RequestState, _config: Config, state: State): void {
  const header = request.connection.moduleData[state.index] as ProxyHeader | undefined;
  if (header === undefined) return;
  for (const [name, value] of header.env) request.env.set(name, value);
}

function restore(request: RequestState, _config: Config, state: State): void {
  if (request.moduleData[state.index] !== true) return;
  request.remoteAddress = request.connection.peerAddress;
  request.remotePort = request.connection.peerPort;
  request.conditions.resetField('remoteIp');
}
