import type { Origin } from '../base/source-range.js';
import { version } from '../base/version.js';
import { type DiagnosticCode, diagnosticCodes } from './codes.js';
import type { Diagnostic, Severity } from './diagnostic.js';
import { includeChain, placeOf, unicodeOf } from './place.js';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
const codes = Object.keys(diagnosticCodes) as DiagnosticCode[];

/**
 * Problems as SARIF 2.1.0 (OASIS), in Unicode: what code hosts show beside the lines of a change. Problems without a
 * place are shown at the start of `mainFile`.
 */
export function renderSarif(diagnostics: readonly Diagnostic[], mainFile: string): string {
  const driver = {
    name: 'lighttpd-ts',
    version,
    rules: codes.map((id) => ({ id, shortDescription: { text: diagnosticCodes[id] } })),
  };
  const results = diagnostics.map((diagnostic) => sarifResult(diagnostic, mainFile));
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function sarifResult(
  { code, severity, summary, detail, origin, related = [] }: Diagnostic,
  mainFile: string,
) {
  const text = unicodeOf(detail === undefined ? summary : `${summary}. ${detail}`);
  const others = related.map((other) => located(other.origin, other.message));
  const includes = origin === null ? [] : includeChain(origin).map((from) => located(from, 'Included from'));
  const relatedLocations = [...others, ...includes].map((location, id) => ({ ...location, id }));
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text },
    locations: [origin === null ? wholeFile(mainFile) : located(origin)],
    ...(relatedLocations.length > 0 && { relatedLocations }),
  };
}

function located(origin: Origin, message?: string) {
  const { file, line, column, endLine, endColumn, offset, length } = placeOf(origin);
  const region = {
    startLine: line,
    startColumn: column,
    endLine,
    endColumn,
    byteOffset: offset,
    byteLength: length,
  };
  const physicalLocation = { artifactLocation: { uri: uriOf(file) }, region };
  return message === undefined
    ? { physicalLocation }
    : { physicalLocation, message: { text: unicodeOf(message) } };
}

function wholeFile(name: string) {
  return { physicalLocation: { artifactLocation: { uri: uriOf(unicodeOf(name)) } } };
}

/** Absolute names become file URIs; others stay relative to where the check was run. */
function uriOf(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
