import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CertificateMaker } from '../../helpers/certificates.js';
import { freePort } from '../../helpers/ports.js';
import { runProgram } from '../../helpers/programs.js';
import { startServer, type TestServer } from '../../helpers/server.js';

// The clients that people use, in the clear and over TLS: large bodies both ways, many streams, resets, slow readers.

const large = 20 * 1024 * 1024;
const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const missing = (program: string): string | false =>
  existsSync(program) ? false : `${program} is not installed`;
const maker = new CertificateMaker();
const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let server: TestServer;
let urls: Readonly<Record<'clear' | 'tls', string>>;
before(async () => {
  const tlsPort = await freePort();
  const { pemFile } = maker.make('localhost', { kind: 'rsa' });
  server = await startServer(
    [
      'server.modules = ( "mod_cgi", "mod_openssl" )',
      'mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain", ".css" => "text/css" )',
      'cgi.assign = ( ".sh" => "/bin/sh" )',
      `$SERVER["socket"] == "127.0.0.1:${tlsPort}" { ssl.engine = "enable" ssl.pemfile = "${pemFile}" }`,
    ],
    {
      'www/large.bin': { repeat: ['0123456789abcdef', large / 16] },
      'www/page.html': '<link rel="stylesheet" href="style.css"><p id="p">page</p>',
      'www/style.css': '#p { color: rgb(1, 2, 3) }',
      'www/echo.sh': "printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'\ncat",
      ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`www/${i}.txt`, `${i} `.repeat(1000)])),
    },
  );
  urls = { clear: server.url, tls: `https://localhost:${tlsPort}` };
});
after(() => server.stop());

const path = (name: string): string => join(server.root, name);
const largeSum = (): string => sha256(readFileSync(path('www/large.bin')));

for (const way of ['clear', 'tls'] as const) {
  const program = '/usr/bin/curl';
  describe(`curl, ${way}`, { skip: missing(program) }, () => {
    const curl = (...args: string[]) =>
      runProgram([program, '-sS', '-k', way === 'tls' ? '--http2' : '--http2-prior-knowledge', ...args], {
        timeoutMs: 60_000,
      });

    test('takes and sends a large body', async () => {
      const [got, echoed] = [path('got'), path('echoed')];
      const down = await curl('-o', got, '-w', '%{http_version} %{http_code}', `${urls[way]}/large.bin`);
      assert.equal(down.stdout, '2 200', down.stderr);
      assert.equal(sha256(readFileSync(got)), largeSum());
      const body = `@${path('www/large.bin')}`;
      const up = await curl(
        '-o',
        echoed,
        '-w',
        '%{http_version} %{http_code}',
        '--data-binary',
        body,
        `${urls[way]}/echo.sh`,
      );
      assert.equal(up.stdout, '2 200', up.stderr);
      assert.equal(sha256(readFileSync(echoed)), largeSum());
    });

    test('asks for a hundred files at once', {
      skip: way === 'clear' ? 'curl 7.88 uses no such connection twice, whatever the server' : false,
    }, async () => {
      const { stdout, stderr } = await curl('-Z', '--parallel-max', '100', `${urls[way]}/[0-99].txt`);
      const lengths = Array.from({ length: 100 }, (_, i) => `${i} `.length * 1000);
      assert.equal(stdout.length, total(lengths), stderr);
    });

    test('reads slowly while others are served, and may go away', async () => {
      const slow = curl('--limit-rate', '4M', '-o', path('slow'), `${urls[way]}/large.bin`);
      const gone = await curl('--limit-rate', '100k', '-m', '1', '-o', '/dev/null', `${urls[way]}/large.bin`);
      assert.equal(gone.status, 28);
      assert.equal((await curl('-w', '%{http_code}', '-o', '/dev/null', `${urls[way]}/1.txt`)).stdout, '200');
      assert.equal((await slow).status, 0);
      assert.equal(sha256(readFileSync(path('slow'))), largeSum());
    });
  });

  const nghttp = '/usr/bin/nghttp';
  test(`nghttp, ${way}: many streams, a large body, and an upload`, {
    skip: missing(nghttp),
  }, async () => {
    const ask = (...args: string[]) => runProgram([nghttp, '-n', '-s', ...args], { timeoutMs: 60_000 });
    // (it does not wait for the limit of streams, nor ask again)
    const many = await ask('-m', '30', `${urls[way]}/1.txt`);
    assert.equal(many.stdout.match(/\b200 +\S+ \/1\.txt/g)?.length, 30, many.stdout + many.stderr);
    const down = await ask(`${urls[way]}/large.bin`);
    assert.match(down.stdout, /\b200 +20M \/large\.bin/);
    const up = await ask('-d', path('www/large.bin'), `${urls[way]}/echo.sh`);
    assert.match(up.stdout, /\b200 +20M \/echo\.sh/);
  });

  const h2load = '/usr/bin/h2load';
  test(`h2load, ${way}: every request is answered`, { skip: missing(h2load) }, async () => {
    const load = ['-n', '5000', '-c', '10', '-m', '100', `${urls[way]}/1.txt`];
    const { stdout, stderr } = await runProgram([h2load, ...load], { timeoutMs: 60_000 });
    assert.match(stdout, /5000 succeeded, 0 failed, 0 errored, 0 timeout/, stdout + stderr);
    assert.match(stdout, /status codes: 5000 2xx/);
  });
}

/** A hundred streams, as many at once as it may: most are read through small windows, ten are reset once they have begun. */
const pythonClient = `
import socket, ssl, sys, h2.connection, h2.config, h2.events, h2.settings
host, port, tls = 'localhost', int(sys.argv[1]), sys.argv[2] == 'tls'
sock = socket.create_connection(('127.0.0.1', port), timeout=20)
if tls:
    context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(['h2']); sock = context.wrap_socket(sock, server_hostname=host)
    assert sock.selected_alpn_protocol() == 'h2'
conn = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
conn.initiate_connection()
conn.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 500})
sock.sendall(conn.data_to_send())
asked, bodies, ended, reset, ready = 0, {}, set(), set(), False
def ask():
    global asked
    while asked < 100 and conn.open_outbound_streams < conn.remote_settings.max_concurrent_streams:
        stream = conn.get_next_available_stream_id()
        conn.send_headers(stream, [(':method', 'GET'), (':scheme', 'https' if tls else 'http'),
            (':authority', host), (':path', '/%d.txt' % asked)], end_stream=True)
        bodies[stream] = (asked, b''); asked += 1
while len(ended) + len(reset) < 100:
    data = sock.recv(65536)
    assert data, 'closed'
    for event in conn.receive_data(data):
        if isinstance(event, h2.events.SettingsAcknowledged): ready = True
        elif isinstance(event, h2.events.DataReceived):
            stream, size = event.stream_id, event.flow_controlled_length; i, got = bodies[stream]
            if i % 10 != 9:
                bodies[stream] = (i, got + event.data); conn.acknowledge_received_data(size, stream)
                continue
            conn.increment_flow_control_window(size)
            if stream not in reset: conn.reset_stream(stream, 8); reset.add(stream)
        elif isinstance(event, h2.events.StreamEnded): ended.add(event.stream_id)
        elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)): raise SystemExit(repr(event))
    if ready: ask()
    sock.sendall(conn.data_to_send())
assert all(got == (b'%d ' % i) * 1000 for i, got in (bodies[s] for s in ended))
print(len(ended), len(reset))
`;

const python = '/usr/bin/python3';
const hasPythonH2 = existsSync('/usr/lib/python3/dist-packages/h2');
for (const way of ['clear', 'tls'] as const) {
  test(`Python's h2, ${way}: small windows, and streams that it resets`, {
    skip: missing(python) || (hasPythonH2 ? false : 'python3-h2 is not installed'),
  }, async () => {
    writeFileSync(path('client.py'), pythonClient);
    const port = new URL(urls[way]).port;
    const { stdout, stderr } = await runProgram([python, path('client.py'), port, way], {
      timeoutMs: 60_000,
    });
    assert.equal(stdout, '90 10\n', stderr);
  });
}

test('Chromium: a page with its style sheet, over HTTP/2', {
  skip: browserPath === undefined ? 'Chromium is not installed' : false,
}, async () => {
  const browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(`${urls.tls}/page.html`);
    // (in the page: its timing is not Node's)
    const protocols = await page.evaluate(
      `performance.getEntries().map((entry) => entry.nextHopProtocol).filter(Boolean)`,
    );
    assert.ok((protocols as string[]).length >= 2);
    assert.deepEqual([...new Set(protocols as string[])], ['h2']);
    const colour = await page.evaluate(`getComputedStyle(document.getElementById('p')).color`);
    assert.equal(colour, 'rgb(1, 2, 3)');
    const echoed = await page.evaluate(
      `fetch('/echo.sh', { method: 'POST', body: 'x'.repeat(3e6) }).then((a) => a.text()).then((t) => t.length)`,
    );
    assert.equal(echoed, 3e6);
  } finally {
    await browser.close();
  }
});
