import { createHash } from 'node:crypto';
import { connect as connectTo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectOverTls } from 'node:tls';
import { type HttpAnswer, HttpReader } from './http-reader.js';

export const longWaitMs = 50;

/** What all clients of a run have seen. */
export interface Findings {
  requests: number;
  failedConnections: number;
  /** Requests on a connection that had served others, which were sent and never answered. */
  lostRequests: number;
  /** Answers that say `Connection: close`, and closes between two requests: the client has to connect anew. */
  closes: number;
  longestWaitMs: number;
  /** Answers that took longer than `longWaitMs`. */
  longWaits: number;
  /** Answers of a configuration that a reload had replaced before the request was sent. */
  staleAnswers: number;
  badTransfers: number;
  transfers: number;
  brokenTunnels: number;
  problems: string[];
}

export function noFindings(): Findings {
  return {
    requests: 0,
    failedConnections: 0,
    lostRequests: 0,
    closes: 0,
    longestWaitMs: 0,
    longWaits: 0,
    staleAnswers: 0,
    badTransfers: 0,
    transfers: 0,
    brokenTunnels: 0,
    problems: [],
  };
}

/** One run: where the server is, what holds for its clients now, and what they note. */
export class Run {
  readonly port: number;
  findings = noFindings();
  isOver = false;
  /** Whoever asks now must be answered by this configuration or a later one; 0 where nothing is promised. */
  generation = 0;

  constructor(port: number) {
    this.port = port;
  }

  note(answer: HttpAnswer, startedAt: number, promised: number): void {
    const { findings } = this;
    findings.requests++;
    const waitedMs = performance.now() - startedAt;
    findings.longestWaitMs = Math.max(findings.longestWaitMs, waitedMs);
    if (waitedMs > longWaitMs) findings.longWaits++;
    if (Number(/generation-(\d+)/.exec(answer.head)?.[1] ?? -1) < promised) findings.staleAnswers++;
    if (!answer.head.startsWith('HTTP/1.1 200')) this.problem(answer.head.split('\r\n', 1)[0]);
  }

  problem(text: string): void {
    if (this.findings.problems.length < 20) this.findings.problems.push(text);
  }
}

export function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTo({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

type Connect = (port: number) => Promise<Socket>;

export function openedOverTls(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connectOverTls(options, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A connection for each request. */
export async function oneShotClient(run: Run, thinkMs = 0, connect: Connect = opened): Promise<void> {
  while (!run.isOver) {
    const startedAt = performance.now();
    const promised = run.generation;
    try {
      const reader = new HttpReader(await connect(run.port));
      reader.socket.write('GET /small.txt HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n');
      run.note(await reader.next(), startedAt, promised);
      reader.socket.destroy();
      if (thinkMs > 0) await sleep(thinkMs);
    } catch (error) {
      run.findings.failedConnections++;
      run.problem(`new connection: ${(error as Error).message}`);
      await sleep(5);
    }
  }
}

/** One request after the other on one connection. */
export async function keepAliveClient(run: Run, thinkMs: number, connect: Connect = opened): Promise<void> {
  let reader: HttpReader | null = null;
  let served = 0;
  while (!run.isOver) {
    if (reader?.isClosed) {
      run.findings.closes++;
      reader = null;
    }
    const startedAt = performance.now();
    const promised = run.generation;
    try {
      if (reader === null) {
        reader = new HttpReader(await connect(run.port));
        served = 0;
      }
      reader.socket.write('GET /small.txt HTTP/1.1\r\nHost: soak\r\n\r\n');
      const answer: HttpAnswer = await reader.next();
      run.note(answer, startedAt, promised);
      served++;
      if (/\r\nconnection: close/i.test(answer.head)) {
        run.findings.closes++;
        reader.socket.destroy();
        reader = null;
      }
    } catch (error) {
      if (served === 0) run.findings.failedConnections++;
      else run.findings.lostRequests++;
      run.problem(`after ${served} requests: ${(error as Error).message}`);
      reader?.socket.destroy();
      reader = null;
    }
    await sleep(thinkMs);
  }
  reader?.socket.destroy();
}

/** Reads a large file with pauses. */
export async function slowDownload(run: Run, size: number, digest: string): Promise<void> {
  while (!run.isOver) {
    const hash = createHash('sha256');
    let left = size;
    try {
      const reader = new HttpReader(await opened(run.port));
      reader.socket.write('GET /large.bin HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n');
      for await (const chunk of reader.body(size)) {
        hash.update(chunk);
        left -= chunk.length;
        if (!run.isOver) await sleep(2);
      }
    } catch (error) {
      run.problem(`download: ${(error as Error).message}, ${left} bytes before its end`);
    }
    run.findings.transfers++;
    if (left !== 0 || hash.digest('hex') !== digest) run.findings.badTransfers++;
  }
}

/** Sends a body in pieces; the answer is its checksum. */
export async function slowUpload(run: Run, path: string): Promise<void> {
  const piece = Buffer.alloc(16_384, 'soak');
  const pieces = 100;
  const hash = createHash('sha256');
  for (let i = 0; i < pieces; i++) hash.update(piece);
  const digest = hash.digest('hex');
  while (!run.isOver) {
    run.findings.transfers++;
    try {
      const reader = new HttpReader(await opened(run.port));
      reader.socket.write(
        `POST ${path} HTTP/1.1\r\nHost: soak\r\nContent-Length: ${pieces * piece.length}\r\nConnection: close\r\n\r\n`,
      );
      for (let i = 0; i < pieces; i++) {
        reader.socket.write(piece);
        if (!run.isOver) await sleep(20);
      }
      const { body } = await reader.next();
      if (!body.includes(digest)) throw new Error('another checksum');
    } catch (error) {
      run.findings.badTransfers++;
      run.problem(`upload: ${(error as Error).message}`);
    }
  }
}

/** Bytes go to and fro on a connection that was upgraded; it is never given up by the client. */
export async function tunnelClient(run: Run): Promise<void> {
  try {
    const reader = new HttpReader(await opened(run.port));
    reader.socket.write('GET /tunnel HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    const { head } = await reader.next();
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(head.split('\r\n', 1)[0]);
    for (let i = 0; !run.isOver; i++) {
      const line = `ping ${i}\n`;
      reader.socket.write(line);
      const echo = await reader.bytes(line.length);
      if (echo !== line) throw new Error(`sent ${line}, got ${echo}`);
      await sleep(50);
    }
    reader.socket.destroy();
  } catch (error) {
    run.findings.brokenTunnels++;
    run.problem(`tunnel: ${(error as Error).message}`);
  }
}
