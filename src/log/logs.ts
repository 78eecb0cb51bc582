import type { ErrorLog, LogLevel } from './error-log.js';
import type { LogWriter } from './log-writer.js';
import { createErrorLog, type ErrorLogFormat, type ErrorLogTarget } from './pino-error-log.js';

/**
 * Every log of the server by the name that the configuration gives it: a path, `|program`, `/dev/stdout` or
 * `/dev/stderr`. One name is one log, however many settings name it.
 */
export interface Logs {
  /** Throws an error that says why where it cannot be opened. */
  open(name: string): LogWriter;
  /** The system log, at a level from 0 (emergency) to 7 (debug). */
  syslog(level: number): LogWriter;
}

const syslogLevels: Record<LogLevel, number> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

/** The error log under that name. */
export function openErrorLog(logs: Logs, name: string, format: ErrorLogFormat): ErrorLog {
  const writer = logs.open(name);
  return createErrorLog({ writer: () => writer, ownTime: false }, format);
}

/** The error log of `server.errorlog-use-syslog`. */
export function openSyslogErrorLog(logs: Logs, format: ErrorLogFormat): ErrorLog {
  const target: ErrorLogTarget = { writer: (level) => logs.syslog(syslogLevels[level]), ownTime: true };
  return createErrorLog(target, format);
}

/** A message of several lines, such as a program's standard error: each is a line of the log. */
export function writeLines(log: ErrorLog, level: LogLevel, place: string, text: string, prefix = ''): void {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines)
    log.write(level, place, prefix + (line.endsWith('\r') ? line.slice(0, -1) : line));
}
