import { NodeProgram } from './node-program.js';
import type { Program, ProgramOptions } from './program.js';
import { Reaper, SystemProgram } from './system-program.js';
import { SystemSpawn } from './system-spawn.js';

/** Starts programs: by posix_spawn(3) where it can be called, otherwise as Node does, which costs a fork of the server. */
export class ProgramStarter {
  /** Why programs are started by Node; null where they are not. */
  readonly problem: string | null;
  private readonly system: SystemSpawn | null;
  private readonly reaper: Reaper | null;

  constructor(system: SystemSpawn | string = SystemSpawn.load()) {
    this.problem = typeof system === 'string' ? system : null;
    this.system = typeof system === 'string' ? null : system;
    this.reaper = this.system === null ? null : new Reaper(this.system);
  }

  /** Throws where the system refuses another process. */
  start(options: ProgramOptions): Program {
    if (this.system === null || this.reaper === null) return new NodeProgram(options);
    return new SystemProgram(options, this.system, this.reaper);
  }

  /** Programs that still run are not waited for any more. */
  stop(): void {
    this.reaper?.stop();
  }
}
