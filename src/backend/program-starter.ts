import { NodeProgram } from './node-program.js';
import type { Program, ProgramOptions } from './program.js';
import { type ProgramShare, Reaper, SystemProgram } from './system-program.js';
import { SystemSpawn } from './system-spawn.js';

/** As much as a pipe holds. */
const readBufferBytes = 65_536;

/** Starts programs: by posix_spawn(3) where it can be called, otherwise as Node does, which costs a fork of the server. */
export class ProgramStarter {
  /** Why programs are started by Node; null where they are not. */
  readonly problem: string | null;
  private readonly share: ProgramShare | null;

  constructor(system: SystemSpawn | string = SystemSpawn.load()) {
    this.problem = typeof system === 'string' ? system : null;
    this.share =
      typeof system === 'string'
        ? null
        : { system, reaper: new Reaper(system), readBuffer: Buffer.allocUnsafeSlow(readBufferBytes) };
  }

  /** Throws where the system refuses another process. */
  start(options: ProgramOptions): Program {
    return this.share === null ? new NodeProgram(options) : new SystemProgram(options, this.share);
  }

  /** Programs that still run are not waited for any more. */
  stop(): void {
    this.share?.reaper.stop();
  }
}
