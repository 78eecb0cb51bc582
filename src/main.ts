/** What `bin/` runs. */
export { main } from './cli/command-line.js';
export { runDaemon } from './cli/server.js';
