// Makes of the compiled modules what bin/ runs: a file a program, and beside it what V8 compiled of it. Some 130 small
// modules take longer to load than everything else that a start does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'dist/src');
const folder = join(compiled, 'program');
/** The package's own entry is 400 modules; `grammar/chevrotain.ts` says more. */
const chevrotain = join(dirname(fileURLToPath(import.meta.resolve('chevrotain'))), '../chevrotain.min.mjs');

const useOneFileOfChevrotain = {
  name: 'one-file-of-chevrotain',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/chevrotain\.js$/ }, () => ({ path: chevrotain }));
  },
};

rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: [
    'main.js',
    'process/worker-main.js',
    'process/acme-main.js',
    'modules/mod_deflate/zstd-thread.js',
    'modules/mod_authn_file/hash-thread.js',
  ].map((name) => join(compiled, name)),
  entryNames: '[name]',
  outdir: folder,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // find their .wasm beside themselves
  external: ['@bokuweb/zstd-wasm', 'node-sqlite3-wasm'],
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { 'import.meta.url': 'importMetaUrl' },
  inject: [join(root, 'tools/bundle-globals.mjs')],
  plugins: [useOneFileOfChevrotain],
});
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');

const site = join(root, 'fixtures/quickstart');
const configFile = join(site, 'lighttpd.conf');
await warm(start('main', '-tt', '-f', configFile));
const worker = start('worker-main');
const orders = {
  plan: { type: 'start', identity: null, maxFds: 0, ticketSeed: new Uint8Array(32), proofs: [] },
  started: { type: 'stop' },
};
worker.on('message', ({ type, problems }) => {
  if (type === 'failed') throw new Error(`the worker that was just bundled does not start: ${problems}`);
  if (type in orders) worker.send(orders[type]);
});
worker.send({ type: 'read', configFile, moduleDir: '', processId: process.pid });
await warm(worker);

/** Lets a program run as far as it goes without a client: what V8 compiles meanwhile is kept. */
function start(...words) {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'];
  return fork(join(root, 'tools/warm-program.cjs'), words, { cwd: site, stdio, serialization: 'advanced' });
}

async function warm(program) {
  const [status] = await once(program, 'exit');
  if (status !== 0) throw new Error(`a program that was just bundled does not run: status ${status}`);
}
