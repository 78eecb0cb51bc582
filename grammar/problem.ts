import type { Origin } from '../src/base/source-range.js';

/** What is wrong with a text, or what in it was repaired silently by lighttpd (a warning). */
export interface SyntaxProblem {
  readonly severity: 'error' | 'warning';
  readonly code: 'syntax-error' | 'unterminated-string' | 'repaired-text';
  readonly summary: string;
  readonly detail?: string;
  readonly range: Origin;
  /** A second place that belongs to the problem. */
  readonly related?: { readonly message: string; readonly origin: Origin };
}
