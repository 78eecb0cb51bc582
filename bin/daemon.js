'use strict';
// What goes on in the background when the server is started without -D.
process.on('SIGUSR1', () => {});
require('./load-program.js')('main').runDaemon();
