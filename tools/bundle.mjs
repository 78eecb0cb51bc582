// Makes of the compiled modules what bin/ runs: a file a program, and beside it what V8 compiled of it. Some 130 small
// modules take longer to load than everything else that a start does.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { warmPrograms } from './warm-programs.mjs';

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

/** What `bin/load-program.js` gives the program. */
const importFromOutside = {
  name: 'import-from-outside',
  setup({ onLoad }) {
    const contents = 'export function importModule(url) { return importFromOutside(url); }';
    onLoad({ filter: /\/base\/import-module\.js$/ }, () => ({ contents }));
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
  plugins: [useOneFileOfChevrotain, importFromOutside],
});
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');

await warmPrograms();
