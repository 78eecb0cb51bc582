import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export interface CertificateOptions {
  readonly kind?: 'rsa' | 'ecdsa';
  /** Names besides the common name. */
  readonly names?: readonly string[];
  /** `/C=DE/O=Example/CN=...`; the name alone where it is unset. */
  readonly subject?: string;
  readonly days?: number;
  readonly isAuthority?: boolean;
  /** Further extensions, in the notation of openssl(1). */
  readonly extensions?: readonly string[];
}

/** A certificate that a test made, and its files. */
export interface TestCertificate {
  readonly name: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Key and certificate in one file. */
  readonly pemFile: string;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Makes certificates with openssl(1) in a folder of its own, which goes with the test file. */
export class CertificateMaker {
  readonly folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  private serial = 1;

  constructor() {
    after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Signed by itself where there is no issuer. */
  make(name: string, options: CertificateOptions = {}, issuer?: TestCertificate): TestCertificate {
    const file = (kind: string) => join(this.folder, `${name}-${this.serial}.${kind}`);
    const [keyFile, requestFile, certificateFile] = [file('key'), file('csr'), file('crt')];
    const { kind = 'ecdsa', subject = `/CN=${name}`, days = 30, names = [name] } = options;
    const algorithm = kind === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    this.openssl(
      'req',
      '-new',
      '-newkey',
      ...algorithm,
      '-nodes',
      '-utf8',
      '-subj',
      subject,
      '-keyout',
      keyFile,
      '-out',
      requestFile,
    );
    const extensionFile = file('ext');
    writeFileSync(extensionFile, extensionLines(options, names).join('\n'));
    const signer =
      issuer === undefined
        ? ['-signkey', keyFile]
        : [
            '-CA',
            issuer.certificateFile,
            '-CAkey',
            issuer.keyFile,
            '-set_serial',
            String(0x1000 + this.serial),
          ];
    this.openssl(
      'x509',
      '-req',
      '-in',
      requestFile,
      '-days',
      String(days),
      '-extfile',
      extensionFile,
      ...signer,
      '-out',
      certificateFile,
    );
    const pemFile = file('pem');
    writeFileSync(pemFile, readFileSync(keyFile));
    appendFileSync(pemFile, readFileSync(certificateFile));
    this.serial++;
    const certificate = readFileSync(certificateFile);
    return { name, certificateFile, keyFile, pemFile, certificate, key: readFileSync(keyFile) };
  }

  openssl(...args: string[]): Buffer {
    return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder });
  }

  /** A file beside the certificates. */
  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }
}

function extensionLines(
  { isAuthority, extensions = [] }: CertificateOptions,
  names: readonly string[],
): string[] {
  if (isAuthority)
    return ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign,cRLSign', ...extensions];
  const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`));
  return ['basicConstraints=CA:FALSE', `subjectAltName=${alternatives.join(',')}`, ...extensions];
}
