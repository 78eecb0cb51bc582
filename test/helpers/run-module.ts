import { ConditionSet } from '../../src/config/condition.js';
import { SettingsLoader } from '../../src/config/load-settings.js';
import { ModuleSettings } from '../../src/config/patch.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import type { StatEntry } from '../../src/files/stat-cache.js';
import { HttpVersion } from '../../src/http/version.js';
import type { ErrorLog, LogLevel } from '../../src/log/error-log.js';
import type { AnyModule } from '../../src/plugin/define-module.js';
import { FeatureFlags } from '../../src/plugin/feature-flags.js';
import type { HandlerResult } from '../../src/plugin/handler-result.js';
import type { LoadedModule } from '../../src/plugin/loaded-module.js';
import { RequestState } from '../../src/plugin/request-state.js';
import type { ServerContext } from '../../src/plugin/server-context.js';
import { type PlainBlock, treeOf } from '../config/tree-of.js';

/** What a test says of the disk: `file`, `folder`, or the error of a path. Paths not named do not exist. */
export type Disk = Readonly<Record<string, 'file' | 'folder' | 'EACCES' | 'ELOOP' | StatEntry>>;

type RequestHookName = 'uriRaw' | 'uriClean' | 'docroot' | 'physical' | 'subrequestStart' | 'responseStart';
type NoticeName = 'requestEnv' | 'requestReset';

/** One module with its settings, started without a server, so that a test calls its handlers one at a time. */
export class ModuleRun {
  readonly diagnostics = new DiagnosticList();
  readonly logged: string[] = [];
  readonly isUsed: boolean;
  private readonly definition: AnyModule;
  private readonly settings: ModuleSettings<Record<string, unknown>>;
  private readonly conditions: ConditionSet;
  private readonly server: ServerContext;
  private readonly state: unknown;

  constructor(definition: AnyModule, blocks: readonly PlainBlock[], disk: Disk = {}) {
    const tree = treeOf(...blocks);
    const { base, layers } = new SettingsLoader(tree, this.diagnostics).load(definition.directives);
    this.definition = definition;
    this.settings = new ModuleSettings<Record<string, unknown>>(base, layers);
    this.conditions = new ConditionSet(tree);
    this.isUsed = [base, ...layers.map(({ values }) => values)].some((v) => definition.isUsed?.(v) ?? true);
    this.server = {
      tree,
      conditions: this.conditions,
      features: new FeatureFlags(undefined),
      clock: { epochSeconds: 1_700_000_000 },
      statCache: { get: (path: string) => statOf(path, disk[path]) },
    } as unknown as ServerContext;
    const self = { definition, index: 0, settings: this.settings, state: undefined } as LoadedModule;
    if (!this.diagnostics.hasErrors)
      this.state = definition.start?.({ server: this.server, settings: this.settings, self });
  }

  /** A GET of `target` over HTTP/1.1, mapped to `/www`; tests change what they need. */
  request(target: string, host = 'a.example'): RequestState {
    const request = new RequestState(this.server, this.conditions);
    request.conditions.valid = 255;
    request.method = 'GET';
    request.version = HttpVersion.http11;
    request.target = target;
    const [path, query] = target.split('?');
    Object.assign(request.uri, { authority: host, path: decodeURI(path), query: query ?? '' });
    const { uri } = request;
    Object.assign(request.physical, {
      path: `/www${uri.path}`,
      basedir: '/www',
      docroot: '/www',
      relPath: uri.path,
    });
    request.conf = { errorLog: this.errorLog() } as RequestState['conf'];
    request.connection = { listenSocket: { port: 8080 } } as RequestState['connection'];
    return request;
  }

  call(hook: RequestHookName, request: RequestState): HandlerResult {
    return this.definition.hooks?.[hook]?.(
      request,
      this.settings.select(request.conditions),
      this.state,
    ) as HandlerResult;
  }

  notify(hook: NoticeName, request: RequestState): void {
    this.definition.hooks?.[hook]?.(request, this.settings.select(request.conditions), this.state);
  }

  private errorLog(): ErrorLog {
    const log = (level: LogLevel) => (_place: string, message: string) =>
      this.logged.push(`${level}: ${message}`);
    return {
      error: log('error'),
      warning: log('warning'),
      info: log('info'),
      debug: log('debug'),
    } as unknown as ErrorLog;
  }
}

function statOf(path: string, what: Disk[string] | undefined): unknown {
  if (what === 'file' || what === 'folder') {
    return { path, isFile: what === 'file', isDirectory: what === 'folder', size: 1, mtime: 1_600_000_000 };
  }
  return what ?? 'ENOENT';
}
