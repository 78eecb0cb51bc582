import { numberOf, type Severity } from '../diagnostics/diagnostic.js';
import { renderJson } from '../diagnostics/render-json.js';
import { renderSarif } from '../diagnostics/render-sarif.js';
import { renderText } from '../diagnostics/render-text.js';
import { type CheckReport, checkFile } from '../migration/check/index.js';
import { type CommandWords, runCommand } from './command.js';
import { latin1Of, printOutput, printUnicode } from './output.js';

const help = `usage: lighttpd-ts check FILE [--strict] [--format text|json|sarif] [-m DIR]

Reports every problem of a configuration and of all that it includes ("-": standard input).

 --strict       notes count as findings, too
 --format NAME  text (with excerpts; the default), json, or sarif (2.1.0)
 -m DIR         folder of your own modules, as the server's -m
 -h, --help     show this help

exit status:
 0  nothing was found (notes may be shown)
 1  there are errors or warnings, or notes with --strict
 2  the configuration could not be read and understood whole, or the command line is wrong
`;

const options = {
  strict: { type: 'boolean', default: false },
  format: { type: 'string', default: 'text' },
  modules: { type: 'string', short: 'm', default: '' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Words = CommandWords<typeof options>;

/** `check`: every problem of a configuration in one run. */
export function check(args: readonly string[]): Promise<number> {
  return runCommand({ name: 'check', help, options, run }, args);
}

async function run({ values, positionals }: Words): Promise<number | string> {
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) return 'check takes one file';
  const print = printers[values.format];
  if (print === undefined) return `there is no format ${values.format}`;
  const name = latin1Of(file);
  const report = await checkFile(name, values.modules);
  print(report, name);
  return statusOf(report, values.strict);
}

function statusOf({ diagnostics, isWhole }: CheckReport, strict: boolean): number {
  if (!isWhole) return 2;
  const counting = strict ? diagnostics : diagnostics.filter(({ severity }) => severity !== 'info');
  return counting.length > 0 ? 1 : 0;
}

type Printer = (report: CheckReport, fileName: string) => void;

const printers: Readonly<Record<string, Printer | undefined>> = {
  text: printText,
  json: ({ diagnostics }) => printUnicode(renderJson(diagnostics)),
  sarif: ({ diagnostics }, fileName) => printUnicode(renderSarif(diagnostics, fileName)),
};

const plurals: readonly (readonly [Severity, string, string])[] = [
  ['error', 'error', 'errors'],
  ['warning', 'warning', 'warnings'],
  ['info', 'note', 'notes'],
];

function printText({ diagnostics }: CheckReport, fileName: string): void {
  for (const diagnostic of diagnostics) printOutput(`${renderText(diagnostic)}\n\n`);
  const counts = plurals.flatMap(([severity, one, many]) => {
    const count = numberOf(diagnostics, severity);
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  printOutput(`${fileName}: ${counts.join(', ') || 'no problems'}\n`);
}
