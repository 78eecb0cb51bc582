import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigSyntax } from '../../grammar/index.js';
import { Evaluator } from '../../src/config/evaluate.js';
import { LoadError, type TextLoader } from '../../src/config/load-error.js';
import { printConfig } from '../../src/config/print.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { renderText } from '../../src/diagnostics/render-text.js';
import { projectRoot } from '../helpers/project-root.js';

/**
 * A golden file of fixtures/config: a configuration, a line `----`, and what becomes of it: the print of `-p` (unless
 * there is an error), then the problems. Texts that are included stand in front, each below a line `==== NAME`.
 */
export interface ConfigCase {
  readonly path: string;
  readonly input: string;
  readonly expected: string;
}

const folder = join(projectRoot, 'fixtures/config');
const separator = '\n----\n';

export function readCases(): ConfigCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.case'))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(path, 'latin1');
      const end = text.indexOf(separator);
      const input = end < 0 ? text : text.slice(0, end + 1);
      return { path, input, expected: end < 0 ? '' : text.slice(end + separator.length) };
    });
}

/** The whole text that the file of a case should have. */
export function withResult(input: string, result: string): string {
  return `${input.replace(/\n$/, '')}${separator}${result}`;
}

export function runCase(input: string): string {
  const [mainText, ...others] = input.split(/^==== /m);
  const texts = new Map(
    others.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
  const diagnostics = new DiagnosticList();
  const main = { name: 'test.conf', text: mainText, includedFrom: null };
  const evaluator = new Evaluator(main, new ConfigSyntax(), loaderOf(texts), diagnostics);
  const tree = evaluator.run(main, '');
  const print = diagnostics.hasErrors ? '' : `${printConfig(tree)}\n`;
  return print + diagnostics.items.map((item) => `${renderText(item)}\n`).join('');
}

function loaderOf(texts: ReadonlyMap<string, string>): TextLoader {
  return {
    workingFolder: '/etc/lighttpd',
    processId: 1,
    expandInclude: (pattern) => [pattern],
    readFile: (name) => {
      const text = texts.get(name);
      if (text === undefined)
        throw new LoadError('include-failed', `include file not found: ${name}`, 'Check it.');
      return text;
    },
    runCommand: (command) => {
      throw new LoadError(
        'include-shell-failed',
        `command "${command}" cannot be run here`,
        'Run it by hand.',
      );
    },
    environmentVariable: (name) => ({ HOME: '/root', EMPTY: '' })[name],
  };
}
