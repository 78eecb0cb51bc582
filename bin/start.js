'use strict';
const loadProgram = require('./load-program.js');

loadProgram('main')
  .main(process.argv.slice(2))
  .catch((error) => {
    process.stderr.write(`${error.stack || error}\n`);
    process.exit(255);
  });
