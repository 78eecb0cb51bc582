import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CertificateMaker } from '../../helpers/certificates.js';
import { accepts, freePort } from '../../helpers/ports.js';
import { runProgram, serverCommand, startProgram, stopProgram } from '../../helpers/programs.js';

/** Debian's name of testssl.sh. */
const testssl = '/usr/bin/testssl';
const lighttpd = '/usr/sbin/lighttpd';
const skip = existsSync(testssl) ? false : 'testssl.sh is not installed';

const maker = new CertificateMaker();
const { pemFile } = maker.make('localhost', { kind: 'rsa' });

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** Said of the machine that looks, not of the server: its openssl has no engine for GOST. */
const ofScanner = 'engine_problem';
const severities = ['DEBUG', 'INFO', 'OK', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'WARN', 'FATAL'];
const rank = ({ severity }: Finding): number =>
  Math.max(severities.indexOf('OK'), severities.indexOf(severity));

/** What testssl.sh finds in protocols, ciphers, their order, and by trying every attack it knows. */
async function findingsOf(command: readonly string[], name: string, settings: string): Promise<Finding[]> {
  const port = await freePort();
  const config = maker.write(
    `${name}.conf`,
    `server.document-root = "${maker.folder}"\nserver.bind = "127.0.0.1"\nserver.port = ${port}
server.modules = ( "mod_openssl" )\nssl.engine = "enable"\nssl.pemfile = "${pemFile}"\n${settings}\n`,
  );
  const server = startProgram([...command, '-D', '-f', config]);
  assert.ok(await accepts(port, '127.0.0.1', server.hasEnded), server.output());
  const report = `${maker.folder}/${name}.json`;
  const kinds = ['--protocols', '--std', '--server-preference', '--vulnerable'];
  const options = ['--quiet', '--color', '0', '--warnings', 'batch', '--jsonfile', report];
  await runProgram([testssl, ...options, ...kinds, `127.0.0.1:${port}`], { timeoutMs: 300_000 });
  await stopProgram(server);
  const findings = JSON.parse(readFileSync(report, 'utf8')) as Finding[];
  return findings.filter(({ id }) => id !== ofScanner);
}

/** What is worse than with the others; a finding of ours alone counts where it is worse than "OK". */
function worseThan(others: readonly Finding[], ours: readonly Finding[]): string[] {
  const allowed = new Map<string, number>();
  for (const finding of others)
    allowed.set(finding.id, Math.max(rank(finding), allowed.get(finding.id) ?? 0));
  return ours
    .filter((finding) => rank(finding) > (allowed.get(finding.id) ?? severities.indexOf('OK')))
    .map(({ id, severity, finding }) => `${id}: ${severity}: ${finding}`);
}

test('testssl.sh finds no vulnerability in the default configuration', { skip }, async () => {
  const findings = await findingsOf(serverCommand, 'default', '');
  assert.ok(findings.some(({ id }) => id === 'heartbleed') && findings.length > 30, 'it has looked');
  assert.deepEqual(worseThan([], findings), []);
});

test('with TLS 1.2 let in, testssl.sh finds nothing worse than with lighttpd', {
  skip: skip || (existsSync(lighttpd) ? false : 'lighttpd is not installed'),
}, async () => {
  const old = 'ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.2" )';
  const theirs = await findingsOf([lighttpd], 'lighttpd', old);
  const ours = await findingsOf(serverCommand, 'with-tls12', old);
  assert.ok(ours.some(({ id, finding }) => id === 'TLS1_2' && /^offered/.test(finding)));
  assert.deepEqual(worseThan(theirs, ours), []);
});
