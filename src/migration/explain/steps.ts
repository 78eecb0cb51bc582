import type { Origin } from '../../base/source-range.js';
import type { CheckedConfiguration } from '../../modules/check-configuration.js';
import type { AnyModule, ExplainLine } from '../../plugin/define-module.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { HookName, RequestHook } from '../../plugin/hooks.js';
import type { RequestState } from '../../plugin/request-state.js';
import { makeDryServer } from './dry-server.js';
import type { ImaginedRequest } from './request.js';
import { explainSettings, type SettingsTable } from './settings.js';
import { type Snapshot, snapshotOf, whatChanged } from './snapshot.js';

/** What a module does to the request. */
export interface ExplainedStep {
  /** `core` for the server itself. */
  readonly module: string;
  readonly text: string;
  /** The setting that makes it do so; null where none does, or one just named does. */
  readonly origin: Origin | null;
}

/** What becomes of the request. Of an answer that is not made here, nothing but its module is known. */
export interface Outcome {
  /** Null where `module` makes the answer while the server runs. */
  readonly status: number | null;
  /** Who makes the answer; null: the server itself, or a module that has answered at once. */
  readonly module: string | null;
  /** After rewriting. */
  readonly target: string;
  /** The document root and the path on disk; empty where none was looked for. */
  readonly documentRoot: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

type Hook = RequestHook<Readonly<Record<string, unknown>>, unknown>;

/** Those before an answer is made, and the one that completes its head. */
const stepHooks: readonly HookName[] = [
  'uriRaw',
  'uriClean',
  'docroot',
  'physical',
  'subrequestStart',
  'responseStart',
];

/**
 * Leads the request through the hooks of all modules. Those that only decide are run; of the others, `explain` says
 * what they would do. No program is started, no server asked, no log opened.
 */
export async function explainSteps(
  checked: CheckedConfiguration,
  core: SettingsTable,
  imagined: ImaginedRequest,
): Promise<{ steps: readonly ExplainedStep[]; outcome: Outcome }> {
  const observer = new Observer(checked, core);
  const { lifecycle, request } = makeDryServer(
    checked,
    imagined,
    (definition) => observer.observed(definition),
    (message) => observer.add('core', `the error log gets: ${message}`, null),
  );
  const isAnswered = await lifecycle.handle(request);
  if (!isAnswered) observer.add('core', 'the connection is closed without an answer', null);
  const outcome = observer.outcomeOf(request);
  request.responseBody.clear();
  return { steps: observer.steps, outcome };
}

class Observer {
  readonly steps: ExplainedStep[] = [];
  private readonly checked: CheckedConfiguration;
  private readonly core: SettingsTable;
  private takenBy: string | null = null;
  private documentRoot = '';
  private errorStatus = 0;

  constructor(checked: CheckedConfiguration, core: SettingsTable) {
    this.checked = checked;
    this.core = core;
  }

  add(module: string, text: string, origin: Origin | null): void {
    const isKnown = this.steps.some(
      (step) => step.module === module && step.text === text && step.origin === origin,
    );
    if (!isKnown) this.steps.push({ module, text, origin });
  }

  /** The definition with hooks that note what they do. */
  observed(definition: AnyModule): AnyModule {
    const hooks: Partial<Record<HookName, Hook>> = {};
    for (const name of stepHooks) {
      const hook = definition.hooks?.[name] as Hook | undefined;
      if (hook === undefined) continue;
      hooks[name] = definition.decidesOnly ? this.running(definition, hook) : this.telling(definition, name);
    }
    if (definition.decidesOnly) hooks.requestReset = definition.hooks?.requestReset as Hook | undefined;
    if (definition.hooks?.subrequest)
      hooks.subrequest = (request) => this.answerLater(request, definition.name);
    return { ...definition, hooks: hooks as AnyModule['hooks'] };
  }

  private running(definition: AnyModule, hook: Hook): Hook {
    return (request, config, state): MaybeAsync<HandlerResult> => {
      this.noteCore(request);
      const before = snapshotOf(request);
      const causes = definition.explain?.(request, config) ?? [];
      const result = hook(request, config, state);
      const note = (value: HandlerResult): HandlerResult => {
        this.noteChanges(definition, request, before, causes);
        return value;
      };
      return typeof result === 'number' ? note(result) : result.then(note);
    };
  }

  /** What the server itself has done since: an error handler, a document root. */
  private noteCore(request: RequestState): void {
    const { errorHandlerSavedStatus: error, physical, target } = request;
    if (error !== this.errorStatus && this.errorStatus === 0) {
      const key = error < 0 ? 'server.error-handler-404' : 'server.error-handler';
      this.takenBy = null;
      this.add('core', `the error ${Math.abs(error)} is answered by ${target}`, this.corePlace(request, key));
    }
    if (physical.docroot !== '' && physical.docroot === request.conf.documentRoot && this.documentRoot === '')
      this.add(
        'core',
        `the document root is ${physical.docroot}`,
        this.corePlace(request, 'server.document-root'),
      );
    this.errorStatus = error;
    this.documentRoot = physical.docroot;
  }

  private corePlace(request: RequestState, key: string): Origin | null {
    const found = explainSettings(this.checked.tree, request.conditions, [this.core]);
    return found.find(({ directive }) => directive === key)?.origin ?? null;
  }

  private noteChanges(
    definition: AnyModule,
    request: RequestState,
    before: Snapshot,
    causes: readonly ExplainLine[],
  ): void {
    const changes = whatChanged(before, request);
    if (changes.length === 0) return;
    for (const { text, origin } of causes) {
      const own = origin === null ? this.placeOf(definition, request, '') : origin;
      this.add(definition.name, text, own ?? null);
    }
    for (const { text, name } of changes) {
      const origin = causes.length > 0 ? null : this.placeOf(definition, request, name);
      this.add(definition.name, text, origin);
    }
  }

  private telling(definition: AnyModule, hook: HookName): Hook {
    return (request, config) => {
      this.noteCore(request);
      if (request.handler !== null && hook !== 'responseStart') return HandlerResult.goOn;
      if (definition.explain === undefined) {
        this.add(definition.name, 'what it does is not explained', null);
        return HandlerResult.goOn;
      }
      let takes = false;
      for (const line of definition.explain(request, config)) {
        const own = line.origin === null ? this.placeOf(definition, request, '') : line.origin;
        this.add(definition.name, line.text, own ?? null);
        takes ||= line.takes ?? definition.hooks?.subrequest !== undefined;
      }
      if (!takes || hook === 'responseStart') return HandlerResult.goOn;
      this.answerLater(request, definition.name);
      return HandlerResult.finished;
    };
  }

  /** The answer is taken to be one of 200 whose head is not known. */
  private answerLater(request: RequestState, module: string): HandlerResult {
    this.takenBy = module;
    request.status = 200;
    return HandlerResult.finished;
  }

  /** The entry of that name among the settings in force; or else the first of the module's settings. */
  private placeOf(
    { name: module, directives }: AnyModule,
    request: RequestState,
    name: string,
  ): Origin | null {
    const { tree } = this.checked;
    const settings = explainSettings(tree, request.conditions, [{ name: module, directives }]);
    for (const { value } of settings) {
      if (value.type !== 'array' || name === '') continue;
      const entry = value.elements.find(({ key }) => key?.toLowerCase() === name);
      if (entry !== undefined) return entry.value.origin;
    }
    return settings[0]?.origin ?? null;
  }

  outcomeOf(request: RequestState): Outcome {
    const { physical, responseHeaders, status, target } = request;
    const headers = responseHeaders.fields();
    const isOpen = this.takenBy !== null;
    return {
      status: isOpen ? null : status,
      module: this.takenBy,
      target,
      documentRoot: physical.docroot,
      path: physical.path,
      // the framing of an answer that is not made yet says nothing
      headers: isOpen
        ? headers.filter(([name]) => !/^(?:content-length|transfer-encoding)$/i.test(name))
        : headers,
    };
  }
}
