'use strict';
// What the supervisor forks to fetch a certificate; signals are the supervisor's.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGPIPE']) process.on(signal, () => {});

require('./load-program.js')('acme-main');
