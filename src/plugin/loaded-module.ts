import type { SettingsSource } from '../config/patch.js';
import type { AnyModule } from './define-module.js';

/** A module in a running worker. */
export interface LoadedModule {
  readonly definition: AnyModule;
  /** Place in load order. */
  readonly index: number;
  readonly settings: SettingsSource<unknown>;
  /** What `start` gave. */
  state: unknown;
}

/** Could the module do anything under these settings? Otherwise it gets no slots. */
export function isUsed({ definition, settings }: Pick<LoadedModule, 'definition' | 'settings'>): boolean {
  const { isUsed: used } = definition;
  if (used === undefined) return true;
  return used(settings.base as object) || settings.layers.some(({ values }) => used(values as object));
}
