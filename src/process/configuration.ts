import { readConfiguration } from '../config/read.js';
import type { ConfigTree } from '../config/tree.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';

export type { ConfigTree } from '../config/tree.js';

/** A configuration as read; null where it cannot be used. */
export interface ReadResult {
  readonly tree: ConfigTree | null;
  readonly diagnostics: DiagnosticList;
}

/** Reads a file and checks what `-t` and `-p` check: its syntax, the core's directives, and patterns. */
export async function readServerConfiguration(name: string): Promise<ReadResult> {
  const { tree, diagnostics } = readConfiguration(name);
  if (tree === null || diagnostics.hasErrors) return { tree: null, diagnostics };
  const { checkCoreSettings } = await import('../modules/check-core-settings.js');
  for (const item of checkCoreSettings(tree).items) if (item.severity === 'error') diagnostics.add(item);
  return { tree: diagnostics.hasErrors ? null : tree, diagnostics };
}

/** The configuration in the form of `-p`. */
export async function printedConfiguration(tree: ConfigTree): Promise<string> {
  const { printConfig } = await import('../config/print.js');
  return printConfig(tree);
}

/** Everything that `-tt` checks: the modules too, and what the server needs to start. */
export async function testConfiguration(tree: ConfigTree, moduleDir: string): Promise<DiagnosticList> {
  const { checkConfiguration } = await import('../modules/check-configuration.js');
  return (await checkConfiguration(tree, moduleDir)).diagnostics;
}
