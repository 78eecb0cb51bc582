import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { CertificateMaker } from './certificates.js';
import { accepts, freePort } from './ports.js';
import { startProgram, stopProgram } from './programs.js';

export const pebbleProgram = '/usr/bin/pebble';

export interface PebbleOptions {
  /** Where it looks for the proofs of every name. */
  readonly httpPort?: number;
  readonly tlsPort?: number;
  /** How long its certificates are valid. */
  readonly seconds?: number;
  /** Accounts that it wants to have given out itself, with their keys. */
  readonly externalKeys?: Readonly<Record<string, string>>;
}

/** An authority for tests. It certifies every name but `blocked-domain.example`. */
export interface Pebble {
  /** URL of its directory. */
  readonly directory: string;
  /** Who certifies the authority's own server. */
  readonly caFile: string;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export const hasPebble = existsSync(pebbleProgram);

const running = new Set<() => Promise<void>>();
after(async () => {
  for (const stop of running) await stop();
});

/** Starts Debian's `pebble`, with a name server for which every host is this machine. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const { httpPort = 80, tlsPort = 443, seconds = 3600, externalKeys } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pebble-'));
  const maker = new CertificateMaker();
  const authority = maker.make('pebble-authority', { isAuthority: true });
  const own = maker.make('localhost', {}, authority);
  const [port, managementPort, namePort, namesManagement] = await Promise.all(
    Array.from({ length: 4 }, () => freePort()),
  );
  const configFile = join(folder, 'pebble.json');
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: own.certificateFile,
    privateKey: own.keyFile,
    httpPort,
    tlsPort,
    certificateValidityPeriod: seconds,
    domainBlocklist: ['blocked-domain.example'],
    externalAccountBindingRequired: externalKeys !== undefined,
    ...(externalKeys !== undefined && { externalAccountMACKeys: externalKeys }),
  };
  writeFileSync(configFile, JSON.stringify({ pebble }));
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
  const nameServer = `127.0.0.1:${namePort}`;
  const names = startProgram([
    'pebble-challtestsrv',
    ...none,
    '-dns01',
    nameServer,
    '-management',
    `127.0.0.1:${namesManagement}`,
  ]);
  const program = startProgram([pebbleProgram, '-config', configFile, '-dnsserver', nameServer], {
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' },
  });
  const stop = async (): Promise<void> => {
    running.delete(stop);
    await Promise.all([stopProgram(program), stopProgram(names)]);
    rmSync(folder, { recursive: true, force: true });
  };
  running.add(stop);
  if (!(await accepts(port, '127.0.0.1', program.hasEnded)))
    throw new Error(`pebble did not start: ${program.output()}${names.output()}`);
  return {
    directory: `https://localhost:${port}/dir`,
    caFile: authority.certificateFile,
    output: program.output,
    stop,
  };
}
