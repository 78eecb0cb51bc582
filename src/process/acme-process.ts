import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FetchedCertificate } from '../acme/fetch-certificate.js';
import type { NameProof } from '../plugin/name-proofs.js';
import type { FromAcme, ToAcme } from './acme-main.js';

const program = fileURLToPath(new URL('../../../bin/acme.js', import.meta.url));
/** An authority that is not done by then does not get done. */
const withinMs = 600_000;

/** Why there is no certificate. `isRefusal`: the authority was reached, and said no. */
export class AcmeFailure extends Error {
  readonly isRefusal: boolean;

  constructor(reason: string, isRefusal: boolean) {
    super(reason);
    this.isRefusal = isRefusal;
  }
}

/** A process that fetches one certificate. */
export class AcmeProcess {
  private readonly child: ChildProcess;
  private readonly onProofs: (proofs: readonly NameProof[]) => void;

  constructor(workingFolder: string, caFile: string, onProofs: (proofs: readonly NameProof[]) => void) {
    this.onProofs = onProofs;
    this.child = fork(program, [], {
      cwd: workingFolder,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      env: { ...process.env, ...(caFile !== '' && { NODE_EXTRA_CA_CERTS: caFile }) },
    });
  }

  /** Throws `AcmeFailure`. */
  fetch(message: ToAcme): Promise<FetchedCertificate> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const fail = (reason: string, isRefusal = false): void => {
        clearTimeout(late);
        reject(new AcmeFailure(reason, isRefusal));
      };
      const late = setTimeout(() => {
        fail(`the authority was not done within ${withinMs / 1000} seconds`, true);
        this.kill();
      }, withinMs);
      child.on('message', (answer: FromAcme) => {
        if (answer.type === 'prove') this.onProofs(answer.proofs);
        else if (answer.type === 'failed') fail(answer.reason, answer.isRefusal);
        else resolve(answer.certificate);
      });
      child.on('error', (error) => fail(error.message));
      child.on('exit', (code, signal) => fail(`its process ended (${signal ?? `status ${code}`})`));
      child.send(message, () => {});
    });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
