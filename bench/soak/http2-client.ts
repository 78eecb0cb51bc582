import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from './clients.js';

/** Some requests at a time on one HTTP/2 connection, until the server says that it ends; then on another. */
export async function http2Client(run: Run, thinkMs: number, parallel = 4): Promise<void> {
  let session: ClientHttp2Session | null = null;
  while (!run.isOver) {
    if (session === null || session.closed || session.destroyed) session = await open(run);
    if (session === null) continue;
    const current: ClientHttp2Session = session;
    await Promise.all(Array.from({ length: parallel }, () => ask(run, current)));
    await sleep(thinkMs);
  }
  session?.close();
}

async function open(run: Run): Promise<ClientHttp2Session | null> {
  const session = connect(`http://127.0.0.1:${run.port}`);
  session.on('error', () => {});
  session.on('goaway', () => {
    run.findings.closes++;
    // requests under way are still answered
    session.close();
  });
  try {
    await once(session, 'connect');
    return session;
  } catch (error) {
    run.findings.failedConnections++;
    run.problem(`new HTTP/2 connection: ${(error as Error).message}`);
    await sleep(5);
    return null;
  }
}

async function ask(run: Run, session: ClientHttp2Session): Promise<void> {
  if (session.closed || session.destroyed) return;
  const startedAt = performance.now();
  const promised = run.generation;
  try {
    const stream = session.request({ ':path': '/small.txt' });
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    let body = '';
    for await (const chunk of stream) body += chunk;
    const head = `HTTP/1.1 ${headers[':status']} over HTTP/2\r\nserver: ${headers['server']}`;
    run.note({ head, body }, startedAt, promised);
  } catch (error) {
    // what the client had not sent when it heard of the end goes to the next connection
    if ((error as Error).message.includes('NGHTTP2_REFUSED_STREAM')) return;
    run.findings.lostRequests++;
    run.problem(`on HTTP/2: ${(error as Error).message}`);
  }
}
