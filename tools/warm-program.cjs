// Runs a program of dist/src/program/ with the words after its name, and writes what V8 compiled of it.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { compileProgram, runProgram } = require('../bin/load-program.js');

const [name, ...words] = process.argv.slice(2);
const file = join(__dirname, '../dist/src/program', `${name}.js`);
const script = compileProgram(file);
process.on('exit', () => writeFileSync(`${file}.cache`, script.createCachedData()));
runProgram(script, file).main?.(words);
