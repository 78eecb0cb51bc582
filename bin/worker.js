'use strict';
// What the supervisor forks. Signals that are meant for the supervisor reach workers too, from a terminal or a unit
// file: they are ignored from the first moment on, before the program proper is loaded.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGPIPE']) process.on(signal, () => {});

require('./load-program.js')('worker-main');
