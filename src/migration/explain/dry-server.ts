import { TicketSeed } from '../../base/ticket-seed.js';
import { defaultServerTag } from '../../base/version.js';
import { ConditionSet } from '../../config/condition.js';
import type { SettingsSource } from '../../config/patch.js';
import { KeptFiles } from '../../files/kept-files.js';
import { StatCache } from '../../files/stat-cache.js';
import { HttpVersion } from '../../http/version.js';
import { Lifecycle } from '../../lifecycle/lifecycle.js';
import { buildSlots } from '../../lifecycle/slots.js';
import type { ErrorLog, LogLevel } from '../../log/error-log.js';
import type { LogWriter } from '../../log/log-writer.js';
import type { CheckedConfiguration } from '../../modules/check-configuration.js';
import { Clock } from '../../plugin/clock.js';
import type { ConnectionState } from '../../plugin/connection-state.js';
import type { AnyModule } from '../../plugin/define-module.js';
import type { LoadedModule } from '../../plugin/loaded-module.js';
import { NameProofs } from '../../plugin/name-proofs.js';
import { noBody } from '../../plugin/request-body.js';
import { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { setTarget } from '../../plugin/set-target.js';
import type { ImaginedRequest } from './request.js';

/** A server without sockets, logs and programs, for one request. */
export interface DryServer {
  readonly lifecycle: Lifecycle;
  readonly request: RequestState;
}

/** `observe` gives a module's definition as it is to be run; `report` gets what the error log would. */
export function makeDryServer(
  checked: CheckedConfiguration,
  imagined: ImaginedRequest,
  observe: (definition: AnyModule, index: number) => AnyModule,
  report: (message: string) => void,
): DryServer {
  const modules: LoadedModule[] = checked.modules.map(({ definition, settings }, index) => ({
    definition: observe(definition, index),
    index,
    settings,
    state: undefined,
  }));
  const server = makeContext(checked, modules, report);
  for (const module of modules) {
    const { definition, settings } = module;
    if (definition.decidesOnly)
      module.state = definition.start?.({
        server,
        settings: settings as SettingsSource<never>,
        self: module,
      });
  }
  const request = new RequestState(server, server.conditions);
  fill(request, imagined);
  return { lifecycle: new Lifecycle(buildSlots(modules), modules), request };
}

function makeContext(
  { tree, server, coreSettings }: CheckedConfiguration,
  modules: readonly LoadedModule[],
  report: (message: string) => void,
): ServerContext {
  const clock = new Clock();
  const errorLog = reportingLog(report);
  return {
    tree,
    conditions: new ConditionSet(tree),
    core: coreSettings({
      defaultTag: defaultServerTag,
      errorLog: () => errorLog,
      breakageLog: () => null,
      defaultUploadDirs: [],
      ignoresCase: false,
    }),
    features: server.features,
    errorLog,
    logs: { open: () => silentLog, syslog: () => silentLog },
    clock,
    statCache: new StatCache(() => clock.monotonicSeconds),
    keptFiles: new KeptFiles(),
    proofs: new NameProofs(),
    // nothing is started, either
    programs: { keep: () => ({ want() {}, use() {} }) },
    // nobody gets a ticket: nothing listens
    ticketSeed: new TicketSeed(Buffer.alloc(32), clock.epochSeconds),
    modules,
    connections: new Set(),
    connectionsMax: 1,
    counters: { requests: 0, bytesOut: 0, connections: 0, connectionsOpen: 0 },
    services: new Map(),
  };
}

const silentLog: LogWriter = { write() {}, flush() {}, fileDescriptor: -1 };

function reportingLog(report: (message: string) => void): ErrorLog {
  const write = (level: LogLevel, _place: string, message: string): void => {
    if (level === 'error' || level === 'warning') report(message);
  };
  return {
    write,
    error: (place, message) => write('error', place, message),
    warning: (place, message) => write('warning', place, message),
    info: (place, message) => write('info', place, message),
    debug: (place, message) => write('debug', place, message),
  };
}

/** The request as it is once its head has been read (HTTP/1.1, without a body). */
function fill(request: RequestState, imagined: ImaginedRequest): void {
  request.connection = connectionOf(imagined);
  request.remoteAddress = imagined.remoteAddress;
  request.method = imagined.method;
  request.version = HttpVersion.http11;
  request.body = noBody;
  for (const [name, value] of imagined.headers) request.headers.insert(name, value);
  request.host = imagined.host === '' ? null : imagined.host;
  request.uri.authority = imagined.host;
  request.targetOriginal = imagined.target;
  request.startedAt = request.server.clock.epochSeconds;
  request.conf = request.server.core.base;
  setTarget(request, imagined.target);
  request.openConditions(true);
}

function connectionOf({ socket, scheme, remoteAddress }: ImaginedRequest): ConnectionState {
  const [, address = '', port = '0'] = /^(.*):(\d+)$/.exec(socket) ?? [];
  const never = new Promise<void>(() => {});
  return {
    id: 1,
    listenSocket: { token: socket, address, port: Number(port), isTls: scheme === 'https' },
    peerAddress: remoteAddress,
    peerPort: 0,
    localAddress: address,
    localPort: Number(port),
    isTls: scheme === 'https',
    scheme,
    preread: null,
    tunnel: null,
    streamId: 0,
    requestCount: 1,
    bytesRead: 0,
    bytesWritten: 0,
    activity: 'handle-req',
    requests: [],
    moduleData: [],
    sendInterim() {},
    aborted: never,
    halfClosed: never,
  };
}
