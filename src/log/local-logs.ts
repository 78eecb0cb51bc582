import { systemErrorText } from '../base/system-error.js';
import { FileLog, openForAppending, type ReportLoss } from './file-log.js';
import { BatchedLog, type LogSink, type LogWriter } from './log-writer.js';
import type { Logs } from './logs.js';
import { ProgramLog, type RunAs } from './program-log.js';
import { isFacility, syslogCommand } from './syslog.js';

export interface LocalLogsOptions {
  /** Whose rights logging programs get. */
  readonly runAs?: RunAs | null;
  /** Opens a log file for appending; throws where it cannot. */
  readonly openFile?: (path: string) => number;
  /** Gets what no log can take: that another log lost lines. */
  readonly report: (place: string, message: string) => void;
}

const lossReportEveryMs = 10_000;

/** The logs as the process sees them that writes them: it opens files and runs programs. */
export class LocalLogs implements Logs {
  /** `server.syslog-facility`; a name that syslog does not know is reported, and counts as `daemon`. */
  facility = '';
  private readonly options: LocalLogsOptions;
  private readonly files = new Map<string, FileLog>();
  private readonly programs = new Map<string, ProgramLog>();
  private readonly writers = new Map<LogSink, BatchedLog>();

  constructor(options: LocalLogsOptions) {
    this.options = options;
  }

  open(name: string): LogWriter {
    return this.writerOf(this.sink(name));
  }

  syslog(level: number): LogWriter {
    return this.writerOf(this.syslogSink(level));
  }

  /** As `open`, for who has bytes instead of lines. */
  sink(name: string): LogSink {
    if (name.startsWith('|')) return this.program(name.slice(1));
    let file = this.files.get(name);
    if (file === undefined) {
      file = new FileLog(name, this.options.openFile ?? openForAppending, this.lossReporter(name));
      this.files.set(name, file);
    }
    return file;
  }

  syslogSink(level: number): LogSink {
    return this.program(syslogCommand(this.knownFacility(), level, process.pid));
  }

  /** Sends what waits in each log, then opens the files anew. One that fails stays as it was, and is reported. */
  reopen(): void {
    this.flush();
    for (const [name, file] of this.files) {
      try {
        file.reopen();
      } catch (error) {
        this.options.report('fdlog_maint.c.296', `error cycling log ${name}: ${systemErrorText(error)}`);
      }
    }
  }

  flush(): void {
    for (const writer of this.writers.values()) writer.flush();
  }

  /** Closes the files and programs that are not among these; syslog and the standard streams stay. */
  async closeAllBut(names: ReadonlySet<string>): Promise<void> {
    this.flush();
    for (const [name, file] of this.files)
      if (!names.has(name) && !name.startsWith('/dev/')) this.closeFile(name, file);
    const isSyslog = (command: string): boolean => command.startsWith('logger ');
    const unused = [...this.programs].filter(([command]) => !names.has(`|${command}`) && !isSyslog(command));
    await this.closePrograms(unused);
  }

  async close(): Promise<void> {
    this.flush();
    for (const [name, file] of this.files) this.closeFile(name, file);
    await this.closePrograms([...this.programs]);
  }

  private knownFacility(): string {
    const { facility } = this;
    if (facility === '' || isFacility(facility)) return facility || 'daemon';
    this.options.report(
      'fdlog_maint.c.413',
      `unrecognized syslog facility: "${facility}"; defaulting to "daemon" facility`,
    );
    this.facility = '';
    return 'daemon';
  }

  private writerOf(sink: LogSink): BatchedLog {
    let writer = this.writers.get(sink);
    if (writer === undefined) {
      writer = new BatchedLog(sink);
      this.writers.set(sink, writer);
    }
    return writer;
  }

  private program(command: string): ProgramLog {
    let program = this.programs.get(command);
    if (program === undefined) {
      program = new ProgramLog(command, this.options.runAs ?? null, this.lossReporter(`|${command}`));
      this.programs.set(command, program);
    }
    return program;
  }

  private closeFile(name: string, file: FileLog): void {
    this.writers.delete(file);
    this.files.delete(name);
    file.close();
  }

  private async closePrograms(programs: readonly (readonly [string, ProgramLog])[]): Promise<void> {
    for (const [command, program] of programs) {
      this.writers.delete(program);
      this.programs.delete(command);
    }
    await Promise.all(programs.map(([, program]) => program.close()));
  }

  /** A full disk fails every batch: one report in a while is enough. */
  private lossReporter(name: string): ReportLoss {
    let reportedAtMs = Number.NEGATIVE_INFINITY;
    return (error) => {
      const now = performance.now();
      if (now - reportedAtMs < lossReportEveryMs) return;
      reportedAtMs = now;
      this.options.report('mod_accesslog.c.1057', `error flushing log ${name}: ${systemErrorText(error)}`);
    };
  }
}
