import type { KeyAndText } from '../config/directive.js';
import { answerError } from '../plugin/answer.js';
import type { StartContext } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';
import type { ServerContext } from '../plugin/server-context.js';
import { pluginCounters } from '../plugin/status-figures.js';
import { BackendHost } from './backend-host.js';
import type { BackendMode } from './backend-options.js';
import { BackendPrograms, programSpec } from './backend-programs.js';
import { type BackendChoice, chooseHost } from './balance.js';
import { findGroup, groupsOfMode, splitPathInfo } from './find-group.js';
import type { Balance } from './gateway-directives.js';
import { GatewayRun } from './gateway-run.js';
import type { Backend, BackendGroup } from './read-backends.js';
import { allowsUpgrade, streamsRequestBody } from './request-policy.js';
import type { WireMaker } from './wire.js';

/** The settings of a gateway module that hold for a request; made once for each combination of conditions. */
export interface GatewaySettings {
  readonly groups: readonly BackendGroup[];
  readonly balance: Balance;
  readonly mapExtensions: readonly KeyAndText[];
  /** Allowed by the module for all its backends, beside what each allows for itself. */
  readonly upgrade: boolean;
  /** Above 0: which backend a request is handed to is logged. */
  readonly debug: number;
  readonly makeWire: WireMaker;
}

/** What a module says of its settings. */
export interface GatewayModule<Config extends object> {
  /** Of all settings together, or of those that one block makes. */
  readonly groupsOf: (config: Partial<Config>) => readonly BackendGroup[] | undefined;
  readonly settingsOf: (config: Config) => GatewaySettings;
  /** Programs with arguments are started by a shell. */
  readonly startsWithShell?: boolean;
  /** The option `check-local` does not count: requests are handed on by their URL alone. */
  readonly needsNoFiles?: boolean;
}

/** The backends of one key at run time. */
class RunningGroup implements BackendChoice {
  readonly key: string;
  readonly mode: BackendMode;
  readonly hosts: readonly BackendHost[];
  lastUsed = -1;
  /** One message for a time without any backend. */
  private wasDown = false;

  constructor(key: string, mode: BackendMode, hosts: readonly BackendHost[]) {
    this.key = key;
    this.mode = mode;
    this.hosts = hosts;
  }

  /** A backend that is up; `except`: any other than this one, and nothing is said where there is none. */
  choose(request: RequestState, balance: Balance, except: BackendHost | null = null): BackendHost | null {
    const host = chooseHost(this, balance, request);
    if (except !== null)
      return host !== except ? host : (this.hosts.find((other) => other !== except && other.isUp) ?? null);
    if (host === null && !this.wasDown) {
      const { uri, conf } = request;
      const message = `all handlers for ${uri.path}?${uri.query} on ${this.key} are down.`;
      conf.errorLog.error('gw_backend.c', message);
    }
    this.wasDown = host === null;
    return host;
  }
}

/** The groups of one setting; authorizers are asked first. */
interface RunningGroups {
  readonly authorizers: readonly RunningGroup[];
  readonly responders: readonly RunningGroup[];
}

/** What a request has to do with this gateway so far. */
interface GatewayData {
  run: GatewayRun | null;
  /** An authorizer has said yes: responders are asked next. */
  isAuthorized: boolean;
}

/** Restarts after an authorizer's yes, beyond which something is wrong. */
const restartsMax = 5;
const readBufferBytes = 65536;

/** What all modules share that hand requests on to backends (gw_backend.c): who gets which request, and upkeep. */
export class Gateway<Config extends object> {
  private readonly self: LoadedModule;
  private readonly server: ServerContext;
  private readonly module: GatewayModule<Config>;
  private readonly hosts = new Map<Backend, BackendHost>();
  private readonly groups = new Map<readonly BackendGroup[], RunningGroups>();
  private readonly settings = new WeakMap<Config, GatewaySettings>();
  private readonly readBuffer = Buffer.allocUnsafeSlow(readBufferBytes);

  constructor({ server, self, settings }: StartContext<Config>, module: GatewayModule<Config>) {
    this.server = server;
    this.self = self;
    this.module = module;
    for (const values of [settings.base, ...settings.layers.map((layer) => layer.values)]) {
      const groups = module.groupsOf(values);
      if (groups !== undefined) this.groups.set(groups, this.startGroups(groups));
    }
  }

  private settingsOf(config: Config): GatewaySettings {
    const known = this.settings.get(config);
    if (known !== undefined) return known;
    const made = this.module.settingsOf(config);
    this.settings.set(config, made);
    return made;
  }

  private startGroups(groups: readonly BackendGroup[]): RunningGroups {
    const ofMode = (mode: BackendMode): RunningGroup[] =>
      groupsOfMode(groups, mode).map(
        ({ key, backends }) =>
          new RunningGroup(
            key,
            mode,
            backends.map((backend) => this.hostOf(backend)),
          ),
      );
    return { authorizers: ofMode('authorizer'), responders: ofMode('responder') };
  }

  private hostOf(backend: Backend): BackendHost {
    const known = this.hosts.get(backend) ?? this.hostWithSameProgram(backend);
    if (known !== undefined) return known;
    const host = new BackendHost(backend, pluginCounters(this.server), this.server.errorLog);
    this.hosts.set(backend, host);
    if (backend.settings['bin-path'] === '')
      host.add({ path: backend.socketPath, host: backend.host, port: backend.port });
    else host.programs = this.keep(host);
    return host;
  }

  /** Blocks that name one socket and one program share it. */
  private hostWithSameProgram({ socketPath, settings }: Backend): BackendHost | undefined {
    if (socketPath === '' || settings['bin-path'] === '') return undefined;
    return [...this.hosts.values()].find(
      ({ backend }) => backend.socketPath === socketPath && backend.settings['bin-path'] !== '',
    );
  }

  private keep(host: BackendHost): BackendPrograms {
    const spec = programSpec(host.backend, this.module.startsWithShell ?? false);
    return new BackendPrograms(host, this.server.programs, spec);
  }

  /**
   * Takes a request that one of the backends is for (gw_check_extension). Asked twice: by the URL path, for backends
   * that want no file to exist here, and by the file that was found.
   */
  take(request: RequestState, config: Config, byUrlPath: boolean): HandlerResult {
    if (request.handler !== null) return HandlerResult.goOn;
    const settings = this.settingsOf(config);
    if (settings.groups.length === 0) return HandlerResult.goOn;
    const path = byUrlPath ? request.uri.path : request.physical.path;
    const group = path === '' ? null : this.findGroup(request, settings, path);
    if (group === null) return HandlerResult.goOn;
    const host = group.choose(request, settings.balance);
    if (host === null) return answerError(request, 503);
    if (settings.debug > 0) {
      const { host: name, port } = host.backend;
      request.conf.errorLog.debug('gw_backend.c', `gw - found a host ${name} ${port}`);
    }
    const options = host.backend.settings;
    if (byUrlPath) {
      if (options['check-local'] && !this.module.needsNoFiles) return HandlerResult.goOn;
      if (group.mode === 'responder') splitPathInfo(request, group.key, options['fix-root-scriptname']);
    }
    const upgrade = allowsUpgrade(request, settings.upgrade || options.upgrade, group.mode === 'authorizer');
    const streamRequestBody = streamsRequestBody(request, upgrade);
    if (streamRequestBody === null) return HandlerResult.finished;
    const run = new GatewayRun(request, host, {
      mode: group.mode,
      upgrade: upgrade && group.mode === 'responder',
      streamRequestBody,
      isDebugged: settings.debug > 0,
      makeWire: settings.makeWire,
      readBuffer: this.readBuffer,
      nextHost: (except) => group.choose(request, settings.balance, except),
    });
    request.moduleData[this.self.index] = { run, isAuthorized: this.isAuthorized(request) };
    request.handler = this.self;
    if (request.conf.logRequestHandling)
      request.conf.errorLog.debug('gw_backend.c', `handling the request using ${this.self.definition.name}`);
    return HandlerResult.goOn;
  }

  private findGroup(request: RequestState, settings: GatewaySettings, path: string): RunningGroup | null {
    const groups = this.groups.get(settings.groups);
    if (groups === undefined) return null;
    const { authorizers, responders } = groups;
    const find = (among: readonly RunningGroup[]): RunningGroup | null =>
      findGroup(among, request, path, settings.mapExtensions);
    return (this.isAuthorized(request) ? null : find(authorizers)) ?? find(responders);
  }

  private isAuthorized(request: RequestState): boolean {
    return (request.moduleData[this.self.index] as GatewayData | undefined)?.isAuthorized ?? false;
  }

  /** Is this request on its way to one of the backends? */
  hasTaken(request: RequestState): boolean {
    return request.handler === this.self;
  }

  /** The handler's work: sends the request, and gives the result once the answer can go out. */
  async answer(request: RequestState): Promise<HandlerResult> {
    const data = request.moduleData[this.self.index] as GatewayData | undefined;
    const run = data?.run ?? null;
    if (data === undefined || run === null) return HandlerResult.goOn;
    const result = await run.start();
    const isYes = request.status === 0 || request.status === 200;
    if (run.mode !== 'authorizer' || result !== HandlerResult.finished || !isYes) return result;
    data.run = null;
    data.isAuthorized = true;
    return startAgain(request);
  }

  /** The request is over, or starts anew. */
  forget(request: RequestState): void {
    const data = request.moduleData[this.self.index] as GatewayData | undefined;
    data?.run?.close();
  }

  /** Once a second. */
  tick(): void {
    for (const host of this.hosts.values()) host.tick(this.server.clock.monotonicSeconds);
  }

  stop(): void {
    for (const host of this.hosts.values()) host.stop();
  }
}

/** An authorizer let the request pass: it is served as if it came now. */
function startAgain(request: RequestState): HandlerResult {
  request.responseHeaders.clear();
  request.responseBody.clear();
  request.handler = null;
  if (request.comebacks >= restartsMax) {
    const message = `too many loops while processing request: ${request.targetOriginal}`;
    request.conf.errorLog.error('gw_backend.c', message);
    return answerError(request, 500);
  }
  request.status = 0;
  request.pathInfo = '';
  request.physical.path = '';
  return HandlerResult.comeback;
}
