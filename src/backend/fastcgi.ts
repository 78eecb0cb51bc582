import { writeLines } from '../log/logs.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BackendAnswer } from './backend-answer.js';
import type { BackendMode } from './backend-options.js';
import { addCgiEnvironment, type CgiEnvironmentOptions, environmentLines } from './cgi-environment.js';
import type { Backend } from './read-backends.js';
import type { Wire, WireTarget } from './wire.js';

/** Types of records (FastCGI specification, 8). */
const RecordType = { begin: 1, end: 3, params: 4, stdin: 5, stdout: 6, stderr: 7 } as const;

const headerBytes = 8;
const contentMax = 65535;
/** One connection carries one request. */
const requestId = 1;
const roles: Readonly<Record<BackendMode, number>> = { responder: 1, authorizer: 2 };
/** A flag of the first record: the application leaves the connection open. */
const keepConnection = 1;
const noBytes = Buffer.alloc(0);

/** A request as a FastCGI application gets it, and its records back. */
export class FastcgiWire implements Wire {
  readonly kind = 'fastcgi';
  readonly takesUnknownLength = false;
  readonly bodyEnd: Buffer | null;
  private readonly request: RequestState;
  private readonly mode: BackendMode;
  private readonly environment: CgiEnvironmentOptions;
  /** The beginning of a record that has not arrived whole. */
  private partial: Buffer = noBytes;
  private hasEnded = false;
  /** The last record was the end of the answer, and nothing came behind it. */
  private endedClean = false;
  private readonly keepAlive: boolean;

  constructor({ request, backend, mode, keepAlive }: WireTarget) {
    this.keepAlive = keepAlive;
    this.request = request;
    this.mode = mode;
    this.environment = environmentOptions(backend, mode);
    this.bodyEnd = record(RecordType.stdin, noBytes);
  }

  /** 400 where two headers have one variable name, or where the variables are too many for a record. */
  open(): Buffer | number {
    const params: Buffer[] = [];
    let length = 0;
    const isClear = addCgiEnvironment(this.request, this.environment, (name, value) => {
      const pair = nameValuePair(name, value);
      params.push(pair);
      length += pair.length;
    });
    if (!isClear || length > contentMax) return 400;
    const begin = record(
      RecordType.begin,
      Buffer.from([0, roles[this.mode], this.keepAlive ? keepConnection : 0, 0, 0, 0, 0, 0]),
    );
    const head = recordHead(RecordType.params, length);
    return Buffer.concat([begin, head, ...params, record(RecordType.params, noBytes)]);
  }

  describe(): readonly string[] {
    return environmentLines(this.request, this.environment);
  }

  frame(content: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < content.length; at += contentMax) {
      const piece = content.subarray(at, at + contentMax);
      pieces.push(recordHead(RecordType.stdin, piece.length), piece);
    }
    return pieces;
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    const input = this.partial.length === 0 ? bytes : Buffer.concat([this.partial, bytes]);
    let at = 0;
    while (!this.hasEnded && input.length - at >= headerBytes) {
      const length = input.readUInt16BE(at + 4);
      const end = at + headerBytes + length + input[at + 6];
      if (end > input.length) break;
      const content = input.subarray(at + headerBytes, at + headerBytes + length);
      this.takeRecord(input[at + 1], content, answer);
      at = end;
    }
    this.partial = at === input.length ? noBytes : input.subarray(at);
    if (!this.hasEnded) return;
    this.endedClean = at === input.length;
    answer.end();
  }

  leavesOpen(): boolean {
    return this.keepAlive && this.endedClean;
  }

  /** Without its last record the answer is not whole. */
  ended(answer: BackendAnswer): void {
    this.request.conf.errorLog.error(
      'mod_fastcgi.c',
      'unexpected end-of-file (perhaps the fastcgi process died)',
    );
    answer.fail(500);
  }

  private takeRecord(type: number, content: Buffer, answer: BackendAnswer): void {
    const { errorLog } = this.request.conf;
    switch (type) {
      case RecordType.stdout:
        if (content.length > 0) answer.feed(content);
        break;
      case RecordType.stderr:
        writeLines(errorLog, 'error', 'mod_fastcgi.c', content.toString('latin1'), 'FastCGI-stderr:');
        break;
      case RecordType.end:
        this.hasEnded = true;
        break;
      default:
        errorLog.error('mod_fastcgi.c', `FastCGI: header.type not handled: ${type}`);
    }
  }
}

function environmentOptions({ settings }: Backend, mode: BackendMode): CgiEnvironmentOptions {
  return {
    authorizer: mode === 'authorizer',
    brokenScriptFilename: settings['broken-scriptfilename'],
    docroot: settings.docroot === '' ? undefined : settings.docroot,
    stripRequestUri: settings['strip-request-uri'],
  };
}

function recordHead(type: number, length: number): Buffer {
  return Buffer.from([1, type, 0, requestId, length >> 8, length & 255, 0, 0]);
}

function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([recordHead(type, content.length), content]);
}

/** Lengths up to 127 are one byte, greater ones four with the highest bit set (specification, 3.4). */
function nameValuePair(name: string, value: string): Buffer {
  const nameAt = lengthBytes(name.length) + lengthBytes(value.length);
  const pair = Buffer.allocUnsafe(nameAt + name.length + value.length);
  const at = writeLength(pair, name.length, 0);
  writeLength(pair, value.length, at);
  pair.write(name, nameAt, 'latin1');
  pair.write(value, nameAt + name.length, 'latin1');
  return pair;
}

function lengthBytes(length: number): number {
  return length > 127 ? 4 : 1;
}

function writeLength(into: Buffer, length: number, at: number): number {
  return length > 127 ? into.writeUInt32BE((length | 0x80000000) >>> 0, at) : into.writeUInt8(length, at);
}
