import { type Logger, pino } from 'pino';
import { PreciseClock } from '../base/precise-clock.js';
import type { ErrorLog, LogLevel } from './error-log.js';
import { escapeMessage, LogTime } from './log-line.js';
import type { LogWriter } from './log-writer.js';

/** How messages look: lighttpd's line, or one JSON object a line. */
export interface ErrorLogFormat {
  readonly json: boolean;
  /** Nanoseconds after the time (`server.errorlog-high-precision`). */
  readonly highPrecision: boolean;
  /** Leaves well-formed UTF-8 as it is (`server.errorlog-utf8`). */
  readonly utf8: boolean;
}

/** Where messages of each level go; syslog has a writer of its own for each, and puts the time on itself. */
export interface ErrorLogTarget {
  writer(level: LogLevel): LogWriter;
  readonly ownTime: boolean;
}

const levels: Record<LogLevel, number> = { error: 50, warning: 40, notice: 35, info: 30, debug: 20 };
const levelOfNumber = new Map(Object.entries(levels).map(([name, number]) => [number, name as LogLevel]));

/** The error log: pino carries the messages, this gives them their form. A message is in the log once written. */
export function createErrorLog(target: ErrorLogTarget, format: ErrorLogFormat): ErrorLog {
  return new PinoErrorLog(format.json ? new JsonStream(target) : new LineStream(target, format), format.json);
}

class PinoErrorLog implements ErrorLog {
  private readonly logger: Logger<LogLevel>;
  private readonly json: boolean;

  constructor(stream: MessageStream, json: boolean) {
    this.json = json;
    this.logger = pino(
      {
        base: { pid: process.pid },
        customLevels: levels,
        useOnlyCustomLevels: true,
        level: 'debug',
        timestamp: json ? pino.stdTimeFunctions.isoTime : false,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    );
  }

  write(level: LogLevel, place: string, message: string): void {
    this.logger[level]({ place }, this.json ? asText(message) : message);
  }

  error(place: string, message: string): void {
    this.write('error', place, message);
  }

  warning(place: string, message: string): void {
    this.write('warning', place, message);
  }

  info(place: string, message: string): void {
    this.write('info', place, message);
  }

  debug(place: string, message: string): void {
    this.write('debug', place, message);
  }
}

/** Messages are bytes; JSON is text: what is UTF-8 is read as such. */
function asText(message: string): string {
  return Buffer.from(message, 'latin1').toString('utf8');
}

const pinoMetadata: unique symbol = Symbol.for('pino.metadata');

/** What pino hands to a destination that asks for it by the symbol: the message beside its JSON. */
abstract class MessageStream {
  readonly [pinoMetadata] = true;
  lastLevel = 0;
  lastMsg = '';
  lastObj: { place: string } = { place: '' };
  protected readonly target: ErrorLogTarget;

  constructor(target: ErrorLogTarget) {
    this.target = target;
  }

  write(json: string): void {
    const writer = this.target.writer(levelOfNumber.get(this.lastLevel) ?? 'error');
    writer.write(this.lineOf(json));
    writer.flush();
  }

  protected abstract lineOf(json: string): string;
}

class JsonStream extends MessageStream {
  protected lineOf(json: string): string {
    return Buffer.from(json, 'utf8').toString('latin1');
  }
}

class LineStream extends MessageStream {
  private readonly clock = new PreciseClock();
  private readonly time: LogTime;
  private readonly utf8: boolean;

  constructor(target: ErrorLogTarget, format: ErrorLogFormat) {
    super(target);
    this.time = new LogTime(format.highPrecision);
    this.utf8 = format.utf8;
  }

  protected lineOf(): string {
    const line = `(${this.lastObj.place}) ${escapeMessage(this.lastMsg, this.utf8)}\n`;
    if (this.target.ownTime) return line;
    return `${this.time.format(this.clock.now())}: ${line}`;
  }
}
