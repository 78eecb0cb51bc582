// Runs the server that was just bundled with real clients and reloads, so that V8 compiles what a site needs: new
// workers then answer their first requests without compiling anything.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as acme from 'acme-client';

const root = fileURLToPath(new URL('..', import.meta.url));
const executable = join(root, 'bin/lighttpd-ts');
const env = { ...process.env, NODE_OPTIONS: `--require "${join(root, 'tools/keep-compiled.cjs')}"` };
const startWithinMs = 10_000;

/** Throws where the server does not start, answer, reload and stop as it should. */
export async function warmPrograms() {
  const folder = mkdtempSync(join(tmpdir(), 'warm-'));
  try {
    const site = await layOut(folder);
    await run('-tt', '-f', site.configFile);
    const server = run('-D', '-f', site.configFile);
    const stop = () => server.child.kill('SIGTERM');
    await Promise.all([server, serve(site).finally(stop)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function layOut(folder) {
  const [pemfile, configFile, pidFile, socketPath, tlsPath] = ['pem', 'conf', 'pid', 'socket', 'tls'].map(
    (name) => join(folder, name),
  );
  const [key, certificate] = await acme.crypto.createAlpnCertificate(
    { identifier: { value: 'localhost' } },
    'nobody',
    await acme.crypto.createPrivateEcdsaKey(),
  );
  writeFileSync(pemfile, `${key}${certificate}`);
  const configure = (generation) =>
    writeFileSync(
      configFile,
      `include "${join(root, 'fixtures/quickstart/lighttpd.conf')}"
server.modules += ( "mod_rewrite", "mod_redirect", "mod_openssl", "mod_accesslog" )
server.bind := "${socketPath}"
server.pid-file = "${pidFile}"
server.feature-flags = ( "config.watch" => "disable" )
accesslog.filename = "${join(folder, 'access.log')}"
setenv.set-response-header = ( "Generation" => "${generation}" )
url.rewrite-once = ( "^/rewritten/(.*)" => "/guide/$1" )
url.redirect = ( "^/redirected/(.*)" => "/guide/$1" )
$SERVER["socket"] == "${tlsPath}" { ssl.engine = "enable" ssl.pemfile = "${pemfile}" }
`,
    );
  configure(0);
  return { configFile, pidFile, socketPath, tlsPath, configure };
}

/** Two reloads: the workers between them both take connections over and give them away. */
async function serve(site) {
  const { socketPath, tlsPath } = site;
  await accepts(socketPath);
  const kept = { socketPath, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) };
  for (let generation = 0; generation < 3; generation++) {
    if (generation > 0) {
      site.configure(generation);
      await run('reload', '--pid-file', site.pidFile);
    }
    await askAll((options) => answerOf(http.request({ ...kept, ...options })));
    const encrypted = { socketPath: tlsPath, rejectUnauthorized: false, agent: new https.Agent() };
    await askAll((options) => answerOf(https.request({ ...encrypted, ...options })));
    await askAllOverHttp2('http://localhost', () => net.connect(socketPath));
    await askAllOverHttp2('https://localhost', () =>
      tls.connect({ path: tlsPath, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
    );
  }
  kept.agent.destroy();
}

/** Throws where nobody listens in time. */
async function accepts(path) {
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    const socket = net.connect(path);
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(10);
    } finally {
      socket.destroy();
    }
  }
}

/** `ask` sends a request and resolves with its status and fields. */
async function askAll(ask) {
  const paths = [
    '/',
    '/',
    '/style.css',
    '/guide/',
    '/guide',
    '/downloads/',
    '/rewritten/',
    '/redirected/',
    '/absent',
  ];
  for (const path of paths) await ask({ path, method: 'GET', headers: {} });
  const { headers } = await ask({ path: '/', method: 'HEAD', headers: {} });
  for (const conditions of [{ 'if-none-match': headers.etag }, { range: 'bytes=1-9' }])
    await ask({ path: '/', method: 'GET', headers: conditions });
}

async function askAllOverHttp2(origin, createConnection) {
  const session = http2.connect(origin, { createConnection });
  await askAll(async ({ path, method, headers }) => {
    const stream = session.request({ ':path': path, ':method': method, ...headers });
    const [answer] = await once(stream, 'response');
    stream.resume();
    await once(stream, 'close');
    return { headers: answer };
  });
  session.close();
}

async function answerOf(request) {
  request.end();
  const [answer] = await once(request, 'response');
  answer.resume();
  await once(answer, 'end');
  return answer;
}

/** Rejects with what the program said where it fails. */
function run(...words) {
  return promisify(execFile)(process.execPath, [executable, ...words], { cwd: root, env });
}
