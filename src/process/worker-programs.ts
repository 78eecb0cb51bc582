import type { KeptPrograms, ProgramSource, ProgramSpec, ProgramState } from '../plugin/programs.js';
import type { FromWorker } from './messages.js';

/** The programs of this worker's backends, which the supervisor keeps. */
export class WorkerPrograms implements ProgramSource {
  private readonly send: (message: FromWorker) => void;
  private readonly listeners: ((states: readonly ProgramState[]) => void)[] = [];

  constructor(send: (message: FromWorker) => void) {
    this.send = send;
  }

  keep(spec: ProgramSpec, onStates: (states: readonly ProgramState[]) => void): KeptPrograms {
    const id = this.listeners.push(onStates) - 1;
    this.send({ type: 'keep-programs', id, spec });
    return {
      want: () => this.send({ type: 'want-program', id }),
      use: (uses) => this.send({ type: 'use-programs', id, uses }),
    };
  }

  receive(id: number, states: readonly ProgramState[]): void {
    this.listeners[id]?.(states);
  }
}
