// Loaded before the program into each process of a server that is profiled: the server starts its workers
// without Node's own flags, but its environment reaches them.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = process.env['PROFILE_FOLDER'];
if (folder !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  // a session of the own thread answers at once
  process.on('exit', () => {
    session.post('Profiler.stop', (_, { profile }) => {
      writeFileSync(join(folder, `${process.pid}.cpuprofile`), JSON.stringify(profile));
    });
  });
}
