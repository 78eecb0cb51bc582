import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { CertificateMaker } from '../helpers/certificates.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

/** An HTTP server that counts the connections to it. */
interface Backend {
  readonly port: number;
  connections: number;
  close(): void;
}

const open: (() => unknown)[] = [];
after(() => {
  for (const close of open) close();
});

async function startBackend(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Backend> {
  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  return listen(server);
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<Backend> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const backend = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    close: () => {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
  server.on('connection', () => {
    backend.connections++;
  });
  open.push(backend.close);
  return backend;
}

async function startProxy(ports: readonly number[], options: string): Promise<TestServer> {
  const hosts = ports.map((port) => `( "host" => "127.0.0.1", "port" => ${port}${options} )`);
  return startServer([
    'server.modules = ( "mod_proxy" )',
    'server.max-worker = 1',
    'server.errorlog = "@ROOT@/error.log"',
    'proxy.balance = "round-robin"',
    `proxy.server = ( "/" => ( ${hosts.join(', ')} ) )`,
  ]);
}

describe('connections to backends', () => {
  it('carry one request each, as in lighttpd, unless some may stay open', async () => {
    const backend = await startBackend((request, response) => response.end(request.headers.connection));
    const server = await startProxy([backend.port], '');
    for (let i = 0; i < 3; i++) assert.equal(String((await server.get('/')).body), 'close');
    assert.equal(backend.connections, 3);
    await server.stop();
  });

  it('are used again for answers of every framing, and no answer gets into another', async () => {
    const backend = await startBackend((request, response) => {
      const { pathname } = new URL(request.url!, 'http://a');
      if (pathname === '/chunked') response.write('chunk ');
      if (pathname === '/304') response.writeHead(304);
      response.end(request.method === 'HEAD' || pathname === '/304' ? undefined : pathname);
    });
    const server = await startProxy([backend.port], ', "keep-alive" => 2');
    for (let i = 0; i < 5; i++) {
      assert.equal(String((await server.get('/plain')).body), '/plain');
      assert.equal(String((await server.get('/chunked')).body), 'chunk /chunked');
      assert.equal((await server.get('/304')).status, 304);
      assert.equal((await fetch(`${server.url}/head`, { method: 'HEAD' })).status, 200);
    }
    assert.equal(backend.connections, 1);
    await server.stop();
  });

  it('are new ones for requests that change something, which then stay open for others', async () => {
    const backend = await startBackend((request, response) => {
      request.resume();
      request.on('end', () => response.end(request.method));
    });
    const server = await startProxy([backend.port], ', "keep-alive" => 4');
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(server.url, { method: 'POST', body: 'x' });
      assert.equal(await answer.text(), 'POST');
    }
    assert.equal(backend.connections, 3);
    for (let i = 0; i < 6; i++) assert.equal(String((await server.get('/')).body), 'GET');
    assert.equal(backend.connections, 3);
    await server.stop();
  });

  it('are closed after a time without work', async () => {
    const sockets = new Set<Socket>();
    const backend = await startBackend(({ socket }, response) => {
      sockets.add(socket);
      response.end('a');
    });
    const server = await startProxy([backend.port], ', "keep-alive" => 4, "keep-alive-idle" => 1');
    await server.get('/');
    assert.equal([...sockets].filter(({ destroyed }) => !destroyed).length, 1);
    await wait(3500);
    assert.equal([...sockets].filter(({ destroyed }) => !destroyed).length, 0);
    await server.stop();
  });

  it('that the backend closes under a request cost nothing: it is sent again', async () => {
    let served = 0;
    const backend = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => {});
        let requests = 0;
        socket.on('data', () => {
          // each connection answers once, without a word that it ends then
          if (++requests > 1) socket.destroy();
          else {
            served++;
            socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          }
        });
      }),
    );
    const server = await startProxy([backend.port], ', "keep-alive" => 4');
    for (let i = 0; i < 6; i++) {
      const { status, body } = await server.get('/');
      assert.deepEqual([status, String(body)], [200, 'ok']);
    }
    assert.equal(served, 6);
    await server.stop();
  });

  const dubious: Readonly<Record<string, string>> = {
    'bytes behind the answer':
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 6\r\n\r\nokevil',
    'a length beside chunks':
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'the word that it ends': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    'the version before': 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'a line that is no field': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nnothing\r\n\r\nok',
  };
  for (const [name, answer] of Object.entries(dubious)) {
    it(`do not stay open after ${name}`, async () => {
      const backend = await listen(
        createTcpServer((socket) => {
          socket.on('error', () => {});
          socket.on('data', () => socket.write(answer));
        }),
      );
      const server = await startProxy([backend.port], ', "keep-alive" => 4');
      for (let i = 0; i < 3; i++) assert.equal(String((await server.get('/')).body), 'ok');
      assert.equal(backend.connections, 3);
      await server.stop();
    });
  }
});

/** Answers each FastCGI request with its first record's flags, and closes where it is not asked to keep the connection. */
function answerFastcgi(socket: Socket): void {
  let input = Buffer.alloc(0);
  let flags = 0;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    input = Buffer.concat([input, bytes]);
    while (input.length >= 8 && input.length >= 8 + input.readUInt16BE(4) + input[6]) {
      const [type, length] = [input[1], input.readUInt16BE(4)];
      if (type === 1) flags = input[10];
      if (type === 5 && length === 0) socket.write(fastcgiAnswer(`flags ${flags}`));
      if (type === 5 && length === 0 && flags === 0) socket.end();
      input = input.subarray(8 + length + input[6]);
    }
  });
}

function fastcgiAnswer(text: string): Buffer {
  const content = Buffer.from(`Content-Type: text/plain\r\n\r\n${text}`);
  const record = (type: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]), body]);
  return Buffer.concat([record(6, content), record(6, Buffer.alloc(0)), record(3, Buffer.alloc(8))]);
}

describe('connections to FastCGI programs', () => {
  for (const [options, flags, connections] of [
    ['', 0, 4],
    [', "keep-alive" => 4', 1, 1],
  ] as const) {
    it(`${connections === 1 ? 'stay open where they may' : 'carry one request each'}`, async () => {
      const backend = await listen(createTcpServer(answerFastcgi));
      const server = await startServer([
        'server.modules = ( "mod_fastcgi" )',
        'server.max-worker = 1',
        `fastcgi.server = ( "/" => (( "host" => "127.0.0.1", "port" => ${backend.port}, "check-local" => "disable"${options} )) )`,
      ]);
      for (let i = 0; i < 4; i++) assert.equal(String((await server.get('/')).body), `flags ${flags}`);
      assert.equal(backend.connections, connections);
      await server.stop();
    });
  }
});

describe('a backend that is spoken to over TLS', async () => {
  const maker = new CertificateMaker();
  const authority = maker.make('authority', { isAuthority: true });
  const { key, certificate: cert } = maker.make('app.internal', { names: ['app.internal'] }, authority);
  const startSecure = () =>
    listen(createSecureServer({ key, cert }, (request, response) => response.end(request.method)));
  const answerWith = async (options: string): Promise<string> => {
    const backend = await startSecure();
    const server = await startProxy([backend.port], `, "tls" => "enable"${options}`);
    const { status, body } = await server.get('/');
    await server.stop();
    return status === 200 ? String(body) : String(status);
  };

  it('has to have a certificate for its name, of an authority that is trusted', async () => {
    const trusted = `, "tls-ca-file" => "${authority.certificateFile}"`;
    assert.equal(await answerWith(`${trusted}, "tls-name" => "app.internal"`), 'GET');
    assert.equal(await answerWith(`${trusted}, "tls-name" => "other.internal"`), '503');
    assert.equal(await answerWith(trusted), '503');
    assert.equal(await answerWith(', "tls-name" => "app.internal"'), '503');
    assert.equal(await answerWith(', "tls-verify" => "disable"'), 'GET');
  });

  it('carries several requests on a connection, too', async () => {
    const backend = await startSecure();
    const options = ', "tls" => "enable", "tls-verify" => "disable", "keep-alive" => 2';
    const server = await startProxy([backend.port], options);
    for (let i = 0; i < 4; i++) assert.equal(String((await server.get('/')).body), 'GET');
    assert.equal(backend.connections, 1);
    await server.stop();
  });
});

describe('the status page', () => {
  it('shows what each backend does', async () => {
    const backend = await startBackend((request, response) => response.end(request.method));
    const server = await startServer([
      'server.modules = ( "mod_status", "mod_proxy" )',
      'status.status-url = "/status"',
      `proxy.server = ( "/app" => ( "front" => ( "host" => "127.0.0.1", "port" => ${backend.port} ) ) )`,
    ]);
    for (let i = 0; i < 3; i++) await server.get('/app');
    const page = String((await server.get('/status')).body);
    assert.match(page, /<td class="string">front\.0<\/td><td class="int">0<\/td><td class="int">3<\/td>/);
    await server.stop();
  });
});

describe('a backend that fails', () => {
  it('is passed over once for a request that changes nothing, where retry is on', async () => {
    const broken = await listen(createTcpServer((socket) => socket.on('data', () => socket.destroy())));
    const good = await startBackend((request, response) =>
      response.end(String(request.headers['x-forwarded-for'])),
    );
    const server = await startProxy([broken.port, good.port], ', "retry" => "enable"');
    for (let i = 0; i < 4; i++) {
      const { status, body } = await server.get('/');
      assert.deepEqual([status, String(body)], [200, '127.0.0.1'], 'told once who asks');
    }
    assert.ok(broken.connections >= 2, String(broken.connections));
    const statuses = new Set<number>();
    for (let i = 0; i < 4; i++) statuses.add((await fetch(server.url, { method: 'POST', body: 'x' })).status);
    assert.deepEqual([...statuses].sort(), [200, 500]);
    await server.stop();
  });

  it('gets no requests while its health check fails, and gets them again afterwards', async () => {
    let isWell = false;
    const checked = await startBackend((request, response) => {
      if (request.url === '/healthz') response.writeHead(isWell ? 204 : 503).end();
      else response.end('checked');
    });
    const server = await startProxy([checked.port], ', "health-check" => "/healthz", "health-interval" => 1');
    await wait(2500);
    assert.equal((await server.get('/')).status, 503);
    isWell = true;
    await wait(2500);
    assert.equal(String((await server.get('/')).body), 'checked');
    await server.stop();
  });

  it('is named in the log, with its load, where the gateway is debugged', async () => {
    const backend = await startBackend((_, response) => response.end());
    const server = await startServer([
      'server.modules = ( "mod_proxy" )',
      'proxy.debug = 1',
      `proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${backend.port} )) )`,
    ]);
    await server.get('/');
    const socket = `pid: 0 socket: tcp:127.0.0.1:${backend.port} load:`;
    for (const line of [
      `found a host 127.0.0.1 ${backend.port}`,
      `got proc: ${socket} 1`,
      `released proc: ${socket} 0`,
    ])
      assert.ok(await until(() => server.output().includes(line)), line);
    await server.stop();
  });

  it('with a name that is not known is just down', async () => {
    const server = await startServer([
      'server.modules = ( "mod_proxy" )',
      'server.errorlog = "@ROOT@/error.log"',
      'proxy.server = ( "/" => (( "host" => "no-such-name.invalid", "port" => 80 )) )',
    ]);
    assert.equal((await server.get('/')).status, 503);
    await server.stop();
  });
});
