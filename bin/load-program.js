'use strict';
/**
 * Runs one of the program files that `npm run build` bundles, and gives its exports. What V8 compiled at build time
 * lies beside it, and is taken where it fits this Node: compiling anew is most of the time that a start takes.
 */
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const vm = require('node:vm');

const folder = join(__dirname, '../dist/src/program');

module.exports = function loadProgram(name) {
  const file = join(folder, `${name}.js`);
  if (!existsSync(file)) {
    process.stderr.write('lighttpd-ts is not built yet: run npm run build\n');
    process.exit(255);
  }
  return runProgram(compileProgram(file), file);
};

function compileProgram(file) {
  const source = `(function (exports, require, module, __filename, __dirname, importFromOutside) {${readFileSync(file, 'latin1')}\n})`;
  const cache = `${file}.cache`;
  return new vm.Script(source, {
    filename: file,
    cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  });
}

function runProgram(script, file) {
  const loaded = { exports: {} };
  const requireBeside = require('node:module').createRequire(file);
  const importFromOutside = (url) => import(url);
  script.runInThisContext()(loaded.exports, requireBeside, loaded, file, dirname(file), importFromOutside);
  return loaded.exports;
}

module.exports.compileProgram = compileProgram;
module.exports.runProgram = runProgram;
