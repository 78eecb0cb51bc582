/** Programs that accept connections on a socket of their own (`bin-path` of the gateways): plain data. */
export interface ProgramSpec {
  /** With its arguments. */
  readonly binPath: string;
  /** One with arguments is started by a shell, as those of SCGI always were. */
  readonly useShell: boolean;
  /** As it gets it, in Node's terms. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of a unix socket; the number of the program follows it. Empty: `host`, and `port` plus that number. */
  readonly socketPath: string;
  readonly host: string;
  readonly port: number;
  readonly listenBacklog: number;
  readonly minProcs: number;
  readonly maxProcs: number;
  readonly maxLoadPerProc: number;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly killSignal: number;
}

/** `free`: there is none with that number, and none is wanted. */
export type ProgramState = 'starting' | 'running' | 'died' | 'free';

/** What a worker has to do with one program. */
export interface ProgramUse {
  /** Requests that it is working on. */
  readonly load: number;
  /** Was it used since this was last told? */
  readonly wasUsed: boolean;
}

/** Programs that are kept running, as who uses them sees it. */
export interface KeptPrograms {
  /** One is needed and there is none: start it. */
  want(): void;
  /** Once a second, by the program's number. */
  use(uses: readonly ProgramUse[]): void;
}

/** Keeps programs running, for all workers alike. */
export interface ProgramSource {
  /** `onStates` gets the state of each program, by number, at first and after each change. */
  keep(spec: ProgramSpec, onStates: (states: readonly ProgramState[]) => void): KeptPrograms;
}
