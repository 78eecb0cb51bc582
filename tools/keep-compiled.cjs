// Preloaded into the programs of dist/src/program/: what V8 has compiled of one when it ends is kept beside it. Of
// several processes that run the same program, the one that came furthest counts.
const { existsSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');

const folder = join(__dirname, '../dist/src/program');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const file = options?.filename ?? '';
    if (dirname(file) === folder) process.on('exit', () => keep(`${file}.cache`, this));
  }
};

function keep(file, script) {
  // V8 takes only what was compiled with the flags that it starts with; this one the program sets later
  setFlagsFromString('--no-enable-experimental-regexp-engine-on-excessive-backtracks');
  const compiled = script.createCachedData();
  const known = existsSync(file) ? statSync(file).size : 0;
  if (compiled.length > known) writeFileSync(file, compiled);
}
