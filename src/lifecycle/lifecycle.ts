import { HandlerResult, type MaybeAsync } from '../plugin/handler-result.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';
import { callErrorHandler, settleErrorHandler } from './error-document.js';
import { patchConfig, startAgainWithTarget } from './patch-config.js';
import { mapToPhysical, startDocroot } from './physical.js';
import { startResponse } from './response-start.js';
import { callWithSettings, type RequestStep, type Slots } from './slots.js';
import { checkPhysicalPath, leaveUnhandled } from './subrequest.js';

const { goOn, finished, comeback, error } = HandlerResult;

/** Restarts that one request may cause before it is given up; mod_rewrite alone may ask for a hundred. */
const comebacksMax = 250;

/**
 * A request from its parsed head to an answer that can be written. Each step either goes on to the next, or ends the
 * search: a module has taken the request, or the answer stands.
 */
export function requestSteps(slots: Slots): readonly RequestStep[] {
  return [
    patchConfig,
    ...slots.uriRaw,
    ...slots.uriClean,
    startDocroot,
    ...slots.docroot,
    mapToPhysical,
    ...slots.physical,
    checkPhysicalPath,
    ...slots.subrequestStart,
    leaveUnhandled,
  ];
}

export class Lifecycle {
  readonly slots: Slots;
  private readonly steps: readonly RequestStep[];
  private readonly subrequests = new Map<LoadedModule, RequestStep>();

  constructor(slots: Slots, modules: readonly LoadedModule[]) {
    this.slots = slots;
    this.steps = requestSteps(slots);
    for (const module of modules) {
      if (module.definition.hooks?.subrequest)
        this.subrequests.set(module, callWithSettings(module, 'subrequest'));
    }
  }

  /**
   * Works the request up to the point where its head can be written. Gives false where there is no answer and the
   * connection must be closed. A promise comes back only where a handler had to wait.
   */
  handle(request: RequestState): MaybeAsync<boolean> {
    for (;;) {
      let result: MaybeAsync<HandlerResult>;
      try {
        result = this.answer(request);
      } catch (thrown) {
        result = failed(request, thrown);
      }
      if (typeof result !== 'number') return this.handleLater(request, result);
      const next = this.conclude(request, result);
      if (next !== comeback) return next;
    }
  }

  private async handleLater(request: RequestState, pending: Promise<HandlerResult>): Promise<boolean> {
    let result: HandlerResult;
    try {
      result = await pending;
    } catch (thrown) {
      result = failed(request, thrown);
    }
    const next = this.conclude(request, result);
    return next === comeback ? this.handle(request) : next;
  }

  /** The next result: of the module that has the request, or of the steps that look for one. */
  private answer(request: RequestState): MaybeAsync<HandlerResult> {
    if (request.handler !== null) return this.subrequest(request);
    // an error while parsing, or while starting again, is the answer
    if (request.status > 200) return finished;
    return this.runSteps(request);
  }

  private runSteps(request: RequestState): MaybeAsync<HandlerResult> {
    const { steps } = this;
    while (request.step < steps.length) {
      const result = steps[request.step](request);
      if (result !== goOn) return typeof result === 'number' ? result : this.runStepsLater(request, result);
      request.step++;
    }
    return request.handler === null ? finished : this.subrequest(request);
  }

  private async runStepsLater(
    request: RequestState,
    pending: Promise<HandlerResult>,
  ): Promise<HandlerResult> {
    const result = await pending;
    if (result !== goOn) return result;
    request.step++;
    return this.runSteps(request);
  }

  /** Lets the module that took the request make the answer. */
  private subrequest(request: RequestState): MaybeAsync<HandlerResult> {
    const hook = this.subrequests.get(request.handler!);
    return hook === undefined ? finished : hook(request);
  }

  /** What a result means: write the answer (true or false, perhaps later), or start again (`comeback`). */
  private conclude(request: RequestState, result: HandlerResult): MaybeAsync<boolean> | typeof comeback {
    if (result === error) return false;
    if (result === comeback) return this.startAgain(request);
    if (request.status === 0) request.status = 200;
    if (request.status >= 400 || request.errorHandlerSavedStatus !== 0) {
      settleErrorHandler(request);
      if (callErrorHandler(request, this.slots.requestReset)) return this.startAgain(request);
    }
    return startResponse(request, this.slots.responseStart);
  }

  /** Restarts a request whose target a module has changed (http_response_comeback). */
  private startAgain(request: RequestState): typeof comeback | false {
    if (++request.comebacks > comebacksMax) {
      request.conf.errorLog.error('response.c', `too many restarts of one request: ${request.target}`);
      return false;
    }
    // a module that keeps the request, or its path, goes on where it stood
    if (request.handler === null && request.physical.path === '') startAgainWithTarget(request);
    return comeback;
  }
}

/** A handler that throws costs its request a 500, and nobody else anything. */
function failed(request: RequestState, thrown: unknown): HandlerResult {
  const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  request.conf.errorLog.error('response.c', `a handler failed on ${request.target}: ${reason}`);
  if (request.responseStarted) return error;
  request.handler = null;
  request.responseHeaders.clear();
  request.responseBody.clear();
  request.status = 500;
  return finished;
}
