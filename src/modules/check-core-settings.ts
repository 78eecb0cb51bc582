import { SettingsLoader } from '../config/load-settings.js';
import type { ConfigTree } from '../config/tree.js';
import { DiagnosticList } from '../diagnostics/diagnostic.js';
import { checkConditionPatterns } from './check-conditions.js';
import { core } from './core/index.js';

/** Reads the core's table and the conditions' patterns alone, as `-t` and `-p` do. */
export function checkCoreSettings(tree: ConfigTree): DiagnosticList {
  const diagnostics = new DiagnosticList();
  new SettingsLoader(tree, diagnostics).load(core.directives);
  checkConditionPatterns(tree, diagnostics);
  return diagnostics;
}
