import type { Writable } from 'node:stream';
import { HandlerResult } from '../plugin/handler-result.js';
import { RequestBodyError } from '../plugin/request-body.js';
import type { RequestState } from '../plugin/request-state.js';
import { BackendAnswer } from './backend-answer.js';
import { addCgiEnvironment, variableName } from './cgi-environment.js';
import { drained } from './drained.js';
import type { Program } from './program.js';
import type { ProgramStarter } from './program-starter.js';
import type { ProgramCall } from './program-text.js';
import type { SendfileOptions } from './x-sendfile.js';

export interface CgiOptions {
  /** What runs the file; empty: the file runs by itself. */
  readonly interpreter: string;
  readonly upgrade: boolean;
  readonly streamRequestBody: boolean;
  /** The body is a file for the program, as long as it is not streamed. */
  readonly bodyAsFile: boolean;
  readonly localRedirect: boolean;
  readonly sendfile: SendfileOptions | null;
  /** Seconds; 0: no limit. */
  readonly readTimeout: number;
  readonly writeTimeout: number;
  /** Sent once the client closes its side; 0: none. */
  readonly halfCloseSignal: number;
  /** Variables that programs inherit from the server. */
  readonly inherited: ReadonlyMap<string, string>;
  readonly programs: ProgramStarter;
  readonly onEnd: (run: CgiRun) => void;
}

/** One program that answers one request. */
export class CgiRun {
  private readonly request: RequestState;
  private readonly options: CgiOptions;
  private readonly answer: BackendAnswer;
  private readonly path: string;
  private program: Program | null = null;
  private signalSent: string | null = null;
  /** Monotonic seconds: since when the server waits for output, and since when the program does not read. */
  private readingSince = 0;
  private writingSince = 0;
  private isReading = false;
  private isWriting = false;

  constructor(request: RequestState, options: CgiOptions) {
    this.request = request;
    this.options = options;
    this.path = request.physical.path;
    this.answer = new BackendAnswer(request, {
      kind: 'cgi',
      authorizer: false,
      upgrade: options.upgrade,
      localRedirect: options.localRedirect,
      sendfile: options.sendfile,
      onHead: (head) => {
        if (!options.upgrade) return;
        if (head.upgraded) this.pumpTunnel();
        else this.program?.input?.end();
      },
      onEnd: () => this.release(),
    });
  }

  async start(): Promise<HandlerResult> {
    const { request, answer } = this;
    const refusal = await this.readBody();
    if (answer.hasEnded) return answer.result;
    if (refusal < 0) return HandlerResult.error;
    if (refusal > 0) {
      request.keepAlive = false;
      answer.fail(refusal);
      return answer.result;
    }
    try {
      this.run();
    } catch (thrown) {
      request.conf.errorLog.error('mod_cgi.c', `fork/spawn ${this.path}: ${String(thrown)}`);
      answer.fail(500);
    }
    return answer.result;
  }

  /** The request is over, or is to be: a program that still runs is told so. */
  close(): void {
    this.answer.detach();
  }

  /** Once a second: ends a program that keeps the server waiting. */
  checkTimeouts(now: number): void {
    const { readTimeout, writeTimeout } = this.options;
    if (readTimeout > 0 && this.isReading && now - this.readingSince > readTimeout) this.timeOut('read');
    else if (writeTimeout > 0 && this.isWriting && now - this.writingSince > writeTimeout)
      this.timeOut('write');
  }

  /** 0, the status to answer with, or -1 where the client has gone. */
  private async readBody(): Promise<number> {
    const { body } = this.request;
    const { upgrade, streamRequestBody, bodyAsFile } = this.options;
    if (body.length === 0 || upgrade) return 0;
    if (!streamRequestBody) return body.collect(bodyAsFile);
    // a program must be told the length, and a body in chunks tells it at its end
    return body.takeArrived() || (body.length < 0 ? 411 : 0);
  }

  private run(): void {
    const { request, options } = this;
    const program = this.startProgram();
    this.program = program;
    this.isReading = true;
    this.readingSince = this.now();
    program.output.on('data', (chunk: Buffer) => this.take(chunk, program));
    program.output.on('end', () => this.answer.end());
    program.output.on('close', () => this.answer.end());
    if (program.input !== null) this.pumpBody(program.input);
    request.connection.aborted.then(() => this.close());
    if (options.halfCloseSignal !== 0)
      request.connection.halfClosed.then(() => program.kill(options.halfCloseSignal));
  }

  private startProgram(): Program {
    const { request, path, options } = this;
    const { interpreter } = options;
    const { body } = request;
    const hasInput = body.length !== 0 || options.upgrade;
    const fd = options.streamRequestBody || options.upgrade ? -1 : body.fileDescriptor;
    const first = interpreter === '' ? path : interpreter;
    return options.programs.start({
      // a name without a slash is looked for in the folder alone, not in $PATH
      file: first.includes('/') ? first : `./${first}`,
      args: interpreter === '' ? [path] : [interpreter, path],
      folder: path.slice(0, path.lastIndexOf('/')) || '/',
      ...this.environment(),
      input: !hasInput ? 'none' : fd >= 0 ? fd : 'pipe',
      errors: request.conf.breakageLog,
      onExit: (_status, signal) => this.logSignal(signal),
    });
  }

  /** Of a name that comes twice the first value counts; what modules set beside it is passed on as well. */
  private environment(): Pick<ProgramCall, 'environment' | 'repeated'> {
    const environment = new Map<string, string>();
    const add = (name: string, value: string): void => {
      if (!environment.has(name)) environment.set(name, value);
    };
    addCgiEnvironment(this.request, {}, add);
    const repeated: [string, string][] = [];
    for (const [name, value] of this.request.env)
      if (environment.get(variableName(name)) !== value) repeated.push([variableName(name), value]);
    for (const [name, value] of this.options.inherited) add(name, value);
    return { environment, repeated };
  }

  private take(chunk: Buffer, program: Program): void {
    this.readingSince = this.now();
    this.answer.feed(chunk);
    const room = this.answer.room();
    if (room === undefined) return;
    program.output.pause();
    this.isReading = false;
    room.then(() => {
      this.readingSince = this.now();
      this.isReading = true;
      program.output.resume();
    });
  }

  /** Hands the body to the program at the pace at which it reads. */
  private async pumpBody(input: Writable): Promise<void> {
    const { request, answer, options } = this;
    try {
      for await (const chunk of request.body.chunks()) if (!(await this.write(input, chunk))) break;
      if (input.destroyed && !answer.hasEnded) request.body.discard();
      if (!options.upgrade || (answer.head !== null && !answer.head.upgraded)) input.end();
    } catch (error) {
      if (!(error instanceof RequestBodyError)) throw error;
      if (error.status < 0) this.close();
      else answer.fail(error.status);
    }
  }

  private async pumpTunnel(): Promise<void> {
    const input = this.program?.input;
    if (!input) return;
    this.request.keepAlive = false;
    for await (const chunk of this.request.body.tunnel()) if (!(await this.write(input, chunk))) return;
    input.end();
  }

  /** False where the program does not read any more. */
  private async write(input: Writable, chunk: Buffer): Promise<boolean> {
    if (this.answer.hasEnded || input.destroyed) return false;
    if (input.write(chunk)) return true;
    this.isWriting = true;
    this.writingSince = this.now();
    await drained(input);
    this.isWriting = false;
    return !this.answer.hasEnded && !input.destroyed;
  }

  private timeOut(direction: 'read' | 'write'): void {
    this.request.conf.errorLog.error(
      'mod_cgi.c',
      `${direction} timeout on CGI: ${this.path} (pid: ${this.program?.pid ?? 0})`,
    );
    this.answer.timeOut();
  }

  private release(): void {
    this.isReading = false;
    this.isWriting = false;
    const { program } = this;
    if (program !== null) {
      this.signalSent = 'SIGTERM';
      program.disconnect();
      program.kill('SIGTERM');
    }
    this.options.onEnd(this);
  }

  private logSignal(signal: string | null): void {
    if (signal === null || signal === this.signalSent) return;
    const { errorLog } = this.request.server;
    errorLog.error('mod_cgi.c', `CGI pid ${this.program?.pid ?? 0} died with signal ${signal}`);
  }

  private now(): number {
    return this.request.server.clock.monotonicSeconds;
  }
}
