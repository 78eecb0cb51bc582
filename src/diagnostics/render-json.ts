import { type Diagnostic, numberOf, type Severity } from './diagnostic.js';
import { includeChain, type Place, placeOf, unicodeOf } from './place.js';

/** What `--format json` prints; `version` changes when a field changes its meaning or goes. */
interface JsonReport {
  readonly version: 1;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly problems: readonly JsonProblem[];
}

interface JsonProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly summary: string;
  /** What to do; null where that is plain. */
  readonly detail: string | null;
  /** Null where the problem is of the configuration as a whole. */
  readonly place: Place | null;
  readonly related: readonly { readonly message: string; readonly place: Place }[];
  /** Where the file was included from, the nearest place first. */
  readonly includedFrom: readonly Place[];
}

/** Problems as JSON, in Unicode. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  const report: JsonReport = {
    version: 1,
    errors: numberOf(diagnostics, 'error'),
    warnings: numberOf(diagnostics, 'warning'),
    notes: numberOf(diagnostics, 'info'),
    problems: diagnostics.map(jsonProblem),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function jsonProblem({ code, severity, summary, detail, origin, related = [] }: Diagnostic): JsonProblem {
  return {
    code,
    severity,
    summary: unicodeOf(summary),
    detail: detail === undefined ? null : unicodeOf(detail),
    place: origin && placeOf(origin),
    related: related.map((other) => ({
      message: unicodeOf(other.message),
      place: placeOf(other.origin),
    })),
    includedFrom: origin === null ? [] : includeChain(origin).map(placeOf),
  };
}
