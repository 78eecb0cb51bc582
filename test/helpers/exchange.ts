import { createConnection, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type BadResponse, type RawResponse, readResponse } from './read-response.js';

/** What a client does on a connection: bytes as a latin1 string, or something else. */
export type Step =
  | string
  | { readonly utf8: string }
  | { readonly base64: string }
  | { readonly repeat: readonly [string, number] }
  | { readonly wait: number }
  | { readonly end: true }
  | { readonly reset: true };

export interface ExchangeOptions {
  readonly port: number;
  readonly host?: string;
  readonly steps: readonly Step[];
  /** How many final responses to wait for. */
  readonly wanted?: number;
  readonly timeoutMs?: number;
  /** At the timeout, what has arrived of a response counts as one. */
  readonly partial?: boolean;
  /** The connection is expected to be closed: wait for that longer than for a connection that stays open. */
  readonly expectClose?: boolean;
  /** Speak TLS; any certificate will do where nothing else is said. */
  readonly tls?: ConnectionOptions;
}

export interface ExchangeResult {
  readonly responses: readonly (RawResponse | BadResponse)[];
  readonly closed: boolean;
}

/** How long a connection must stay open after the last response to count as kept. */
const keptAfterMs = 120;
/** How long an expected close may take; a busy machine is no reason to fail. */
const closePatienceMs = 4000;

/** Sends the steps over one connection, and collects what comes back. */
export function exchange(options: ExchangeOptions): Promise<ExchangeResult> {
  const { port, host = '127.0.0.1', steps, wanted = 1, timeoutMs = 3000 } = options;
  const methods = requestMethods(steps);
  return new Promise((resolve) => {
    const carrier = createConnection({ port, host });
    const socket =
      options.tls === undefined
        ? carrier
        : connectTls({ rejectUnauthorized: false, ...options.tls, socket: carrier });
    const received: Buffer[] = [];
    let closed = false;
    let settled = false;
    let quiet: NodeJS.Timeout | null = null;
    const finish = (force = false): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (quiet) clearTimeout(quiet);
      socket.destroy();
      resolve({ responses: readAll(Buffer.concat(received), methods, closed || force), closed });
    };
    const finishClosed = (): void => {
      closed = true;
      finish();
    };
    const timer = setTimeout(() => finish(options.partial), timeoutMs);
    socket.on('data', (bytes) => {
      received.push(bytes);
      if (quiet) return;
      const final = readAll(Buffer.concat(received), methods, closed).filter((r) => 'bad' in r || !r.interim);
      if (final.length < wanted) return;
      quiet = setTimeout(finish, options.expectClose ? closePatienceMs : keptAfterMs);
    });
    socket.on('end', finishClosed);
    socket.on('error', finishClosed);
    socket.on(options.tls === undefined ? 'connect' : 'secureConnect', async () => {
      for (const step of steps) {
        await perform(socket, carrier, step, finish);
        if (settled) return;
      }
    });
  });
}

async function perform(socket: Socket, carrier: Socket, step: Step, finish: () => void): Promise<void> {
  if (typeof step === 'string') socket.write(step, 'latin1');
  else if ('utf8' in step) socket.write(step.utf8);
  else if ('base64' in step) socket.write(step.base64, 'base64');
  else if ('repeat' in step) socket.write(step.repeat[0].repeat(step.repeat[1]));
  else if ('wait' in step) await new Promise((resolve) => setTimeout(resolve, step.wait));
  else if ('end' in step) socket.end();
  else {
    socket.once('close', () => finish());
    carrier.resetAndDestroy();
  }
}

function readAll(
  bytes: Buffer,
  methods: readonly string[],
  ended: boolean,
): readonly (RawResponse | BadResponse)[] {
  const responses: (RawResponse | BadResponse)[] = [];
  let final = 0;
  for (let at = 0; at < bytes.length; ) {
    const reading = readResponse(bytes, at, methods[final] ?? 'GET', ended);
    if (!reading) break;
    responses.push(reading.response);
    at = reading.next;
    if (!('bad' in reading.response) && !reading.response.interim) final += 1;
  }
  return responses;
}

/** The methods of the requests that the steps hold: a HEAD's answer has no body. */
function requestMethods(steps: readonly Step[]): readonly string[] {
  const text = steps
    .map((step) => (typeof step === 'string' ? step : 'utf8' in step ? step.utf8 : ''))
    .join('');
  return [...text.matchAll(/(?:^|\r?\n)([A-Z]+) [^\r\n]* HTTP\/\d/g)].map((match) => match[1] ?? '');
}
