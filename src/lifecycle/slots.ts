import type { ConnectionState } from '../plugin/connection-state.js';
import { HandlerResult, type MaybeAsync } from '../plugin/handler-result.js';
import type { HookName } from '../plugin/hooks.js';
import { hookTable } from '../plugin/hooks.js';
import { isUsed, type LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';

export type RequestStep = (request: RequestState) => MaybeAsync<HandlerResult>;
export type RequestNotice = (request: RequestState) => void;
export type ConnectionStep = (connection: ConnectionState) => MaybeAsync<HandlerResult>;
export type ConnectionNotice = (connection: ConnectionState) => void;
export type ServerNotice = () => void;

/** Who is called when, worked out once at start: a hook that no module fills costs nothing. */
export interface Slots {
  readonly uriRaw: readonly RequestStep[];
  readonly uriClean: readonly RequestStep[];
  readonly docroot: readonly RequestStep[];
  readonly physical: readonly RequestStep[];
  readonly subrequestStart: readonly RequestStep[];
  readonly responseStart: readonly RequestStep[];
  readonly requestEnv: readonly RequestNotice[];
  readonly requestDone: readonly RequestNotice[];
  readonly requestReset: readonly RequestNotice[];
  readonly connectionAccept: readonly ConnectionStep[];
  readonly connectionShutWr: readonly ConnectionNotice[];
  readonly connectionClose: readonly ConnectionNotice[];
  readonly trigger: readonly ServerNotice[];
  readonly sighup: readonly ServerNotice[];
}

/** Builds the slots of the modules that can do something under this configuration, in load order. */
export function buildSlots(modules: readonly LoadedModule[]): Slots {
  const used = modules.filter(isUsed);
  return {
    uriRaw: stepSlot(used, 'uriRaw'),
    uriClean: stepSlot(used, 'uriClean'),
    docroot: stepSlot(used, 'docroot'),
    physical: stepSlot(used, 'physical'),
    subrequestStart: stepSlot(used, 'subrequestStart'),
    responseStart: stepSlot(used, 'responseStart'),
    requestEnv: requestSlot(used, 'requestEnv'),
    requestDone: requestSlot(used, 'requestDone'),
    requestReset: requestSlot(used, 'requestReset'),
    connectionAccept: stateSlot(used, 'connectionAccept'),
    connectionShutWr: stateSlot(used, 'connectionShutWr'),
    connectionClose: stateSlot(used, 'connectionClose'),
    trigger: stateSlot(used, 'trigger'),
    sighup: stateSlot(used, 'sighup'),
  };
}

function inOrder(modules: readonly LoadedModule[], hook: HookName): readonly LoadedModule[] {
  const filled = modules.filter((module) => module.definition.hooks?.[hook] !== undefined);
  return hookTable[hook].order === 'reverse' ? filled.reverse() : filled;
}

// biome-ignore lint/suspicious/noExplicitAny: what a hook gives back differs by slot; `Slots` says which
type AnyResult = any;

function hookOf(module: LoadedModule, hook: HookName): (...subject: unknown[]) => AnyResult {
  return module.definition.hooks?.[hook] as (...subject: unknown[]) => AnyResult;
}

/**
 * A step of a request. Where the settings that hold are the global ones, and give the module nothing to do, it is not
 * called.
 */
function stepOf(module: LoadedModule, hook: HookName): RequestStep {
  const { settings, definition } = module;
  const { base } = settings;
  const isIdle = definition.isUsed !== undefined && !definition.isUsed(base as object);
  if (settings.layers.length === 0 || !isIdle || definition.seesEveryRequest)
    return callWithSettings(module, hook);
  const call = hookOf(module, hook);
  return (request) => {
    const config = settings.select(request.conditions);
    return config === base ? HandlerResult.goOn : call(request, config, module.state);
  };
}

/** A call of a hook with the settings that hold for the request; without conditions nothing needs to be asked. */
export function callWithSettings(module: LoadedModule, hook: HookName): (request: RequestState) => AnyResult {
  const call = hookOf(module, hook);
  const { settings } = module;
  if (settings.layers.length === 0) {
    const { base } = settings;
    return (request) => call(request, base, module.state);
  }
  return (request) => call(request, settings.select(request.conditions), module.state);
}

function stepSlot(modules: readonly LoadedModule[], hook: HookName): RequestStep[] {
  return inOrder(modules, hook).map((module) => stepOf(module, hook));
}

function requestSlot(
  modules: readonly LoadedModule[],
  hook: HookName,
): ((request: RequestState) => AnyResult)[] {
  return inOrder(modules, hook).map((module) => callWithSettings(module, hook));
}

function stateSlot(
  modules: readonly LoadedModule[],
  hook: HookName,
): ((...subject: unknown[]) => AnyResult)[] {
  return inOrder(modules, hook).map((module) => {
    const call = hookOf(module, hook);
    return (...subject) => call(...subject, module.state);
  });
}
