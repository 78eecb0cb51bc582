import type { DiagnosticCode } from '../diagnostics/codes.js';

/** A text that cannot be had: a missing file, a failing command. */
export class LoadError extends Error {
  readonly code: DiagnosticCode;
  readonly detail: string;

  constructor(code: DiagnosticCode, summary: string, detail: string) {
    super(summary);
    this.code = code;
    this.detail = detail;
  }
}

/** Where the evaluation gets its texts from. All of them throw a LoadError where they cannot. */
export interface TextLoader {
  /** What `var.CWD` is. */
  readonly workingFolder: string;
  /** What `var.PID` is. */
  readonly processId: number;
  /** The names of the files that an `include` means: one, or those that a pattern matches. */
  expandInclude(pattern: string): string[];
  readFile(name: string): string;
  /** What the command of an `include_shell` prints. */
  runCommand(command: string): string;
  environmentVariable(name: string): string | undefined;
}
