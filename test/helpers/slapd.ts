import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { CertificateMaker } from './certificates.js';
import { accepts, freePort } from './ports.js';
import { runProgram, startProgram, stopProgram } from './programs.js';

export const slapd = '/usr/sbin/slapd';
const suffix = 'dc=example,dc=org';

/** An LDAP directory of a test's own: OpenLDAP's server, with TLS. */
export interface TestDirectory {
  readonly port: number;
  readonly tlsPort: number;
  /** The certificate that its own is checked against. */
  readonly authorityFile: string;
  /** Ends it, until `restart` starts it again on the same ports. */
  pause(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `entries`: LDIF without the suffix's own entry. The administrator is `cn=admin` below it, with password `admin`. */
export async function startSlapd(entries: string): Promise<TestDirectory> {
  const folder = mkdtempSync(`${tmpdir()}/slapd-`);
  const maker = new CertificateMaker();
  const pemFile = `${folder}/localhost.pem`;
  copyFileSync(maker.make('localhost', { kind: 'rsa' }).pemFile, pemFile);
  mkdirSync(`${folder}/db`);
  const schemas = ['core', 'cosine', 'nis', 'inetorgperson'].map(
    (name) => `include /etc/ldap/schema/${name}.schema`,
  );
  const config = [
    ...schemas,
    'allow bind_anon_dn',
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `TLSCertificateFile ${pemFile}`,
    `TLSCertificateKeyFile ${pemFile}`,
    'database mdb',
    `suffix "${suffix}"`,
    `rootdn "cn=admin,${suffix}"`,
    'rootpw admin',
    `directory ${folder}/db`,
    'access to attrs=userPassword by anonymous auth by * none',
    `access to dn.subtree="ou=hidden,${suffix}" by dn.exact="cn=admin,${suffix}" read by anonymous auth by * none`,
    'access to * by * read',
  ];
  writeFileSync(`${folder}/slapd.conf`, `${config.join('\n')}\n`);
  const top = `dn: ${suffix}\nobjectClass: dcObject\nobjectClass: organization\no: example\ndc: example\n\n`;
  writeFileSync(`${folder}/entries.ldif`, top + entries);
  const added = await runProgram([
    '/usr/sbin/slapadd',
    '-f',
    `${folder}/slapd.conf`,
    '-l',
    `${folder}/entries.ldif`,
  ]);
  if (added.status !== 0) throw new Error(added.stderr);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const urls = `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`;
  const start = async () => {
    const started = startProgram([slapd, '-f', `${folder}/slapd.conf`, '-h', urls, '-d', '256']);
    if (!(await accepts(port, '127.0.0.1', started.hasEnded))) throw new Error(started.output());
    return started;
  };
  let running: Awaited<ReturnType<typeof start>> | null = await start();
  const pause = async () => {
    if (running !== null) await stopProgram(running);
    running = null;
  };
  return {
    port,
    tlsPort,
    authorityFile: pemFile,
    pause,
    restart: async () => {
      await pause();
      running = await start();
    },
    stop: async () => {
      await pause();
      rmSync(folder, { recursive: true });
    },
  };
}
