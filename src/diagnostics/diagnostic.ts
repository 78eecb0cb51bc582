import type { Origin } from '../base/source-range.js';
import type { DiagnosticCode } from './codes.js';

export type Severity = 'error' | 'warning' | 'info';

/** A second place that belongs to a problem, such as the first of two duplicates. */
export interface RelatedPlace {
  readonly message: string;
  readonly origin: Origin;
}

/**
 * One problem, as data: renderers (text, JSON, SARIF, lighttpd's own wording) are apart from it.
 * `summary` says what is wrong, `detail` what to do.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly summary: string;
  readonly detail?: string;
  readonly origin: Origin | null;
  readonly related?: readonly RelatedPlace[];
}

/** Collects problems; nothing is thrown, so that one run reports them all. */
export class DiagnosticList {
  readonly items: Diagnostic[] = [];

  add(diagnostic: Diagnostic): void {
    this.items.push(diagnostic);
  }

  error(code: DiagnosticCode, origin: Origin | null, summary: string, detail?: string): void {
    this.add({ code, severity: 'error', summary, detail, origin });
  }

  warning(code: DiagnosticCode, origin: Origin | null, summary: string, detail?: string): void {
    this.add({ code, severity: 'warning', summary, detail, origin });
  }

  note(code: DiagnosticCode, origin: Origin | null, summary: string, detail?: string): void {
    this.add({ code, severity: 'info', summary, detail, origin });
  }

  get hasErrors(): boolean {
    return this.items.some((item) => item.severity === 'error');
  }
}

export function numberOf(diagnostics: readonly Diagnostic[], severity: Severity): number {
  return diagnostics.reduce((count, diagnostic) => count + (diagnostic.severity === severity ? 1 : 0), 0);
}
