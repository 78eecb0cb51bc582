import { createPrivateKey, type KeyObject, type PrivateKeyInput, X509Certificate } from 'node:crypto';

/** A certificate that can be served: PEM as Node.js takes it, and what is to be known of it. */
export interface Certificate {
  /** The certificate itself, then those that lead from it to a known authority, without the last. */
  readonly chain: string;
  readonly key: string;
  readonly leaf: X509Certificate;
}

/** Why a certificate cannot be served: the message is lighttpd's, as far as it has one. */
export class CertificateError extends Error {}

export interface CertificateFiles {
  readonly pemfile: string;
  readonly privkey: string;
  /** Certificates that complete the chain; null where there are none. */
  readonly caFile: string | null;
}

export type FindFile = (name: string) => Buffer | undefined;

/** `id-pe-tlsfeature` (RFC 7633), as it stands in DER. */
const tlsFeature = Buffer.from('06082b06010505070118', 'hex');

/** Reads a certificate and its key (network_openssl_load_pemfile). Throws `CertificateError`. */
export function readCertificate({ pemfile, privkey, caFile }: CertificateFiles, find: FindFile): Certificate {
  const certificates = readCertificates(fileOf(pemfile, find), pemfile);
  const [leaf, ...others] = certificates;
  const key = readKey(fileOf(privkey, find), privkey);
  if (!leaf.checkPrivateKey(key))
    throw new CertificateError(
      `SSL: Private key does not match the certificate public key ${pemfile} ${privkey}`,
    );
  const chain =
    others.length === 0 && caFile !== null && leaf.subject !== leaf.issuer
      ? issuersOf(leaf, readCertificates(fileOf(caFile, find), caFile))
      : others;
  const pem = [leaf, ...chain].map((certificate) => certificate.toString()).join('');
  return { chain: pem, key: key.export({ type: 'pkcs8', format: 'pem' }) as string, leaf };
}

/** All certificates of a file, at least one. Throws `CertificateError`. */
export function readCertificates(content: Buffer, name: string): X509Certificate[] {
  const text = content.toString('latin1');
  const isPem = text.includes('-----');
  const blocks = isPem
    ? (text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END [^-]+-----/g) ?? [])
    : [content];
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    if (certificates.length > 0) return certificates;
  } catch {
    // said below
  }
  throw new CertificateError(`SSL: couldn't read X509 certificate from '${name}'`);
}

/** Is it valid now? */
export function isActive({ validFrom, validTo }: X509Certificate, epochSeconds: number): boolean {
  const now = epochSeconds * 1000;
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** Must an answer of OCSP come with it (RFC 7633)? */
export function mustStaple({ raw }: X509Certificate): boolean {
  return raw.includes(tlsFeature);
}

function readKey(content: Buffer, name: string): KeyObject {
  const text = content.toString('latin1');
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text))
    throw new CertificateError(`SSL: the private key in '${name}' asks for a passphrase`);
  if (text.includes('-----')) {
    const key = keyOf({ key: content });
    if (key !== null) return key;
  }
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const key = keyOf({ key: content, format: 'der', type });
    if (key !== null) return key;
  }
  throw new CertificateError(`SSL: couldn't read private key from '${name}'`);
}

function keyOf(input: PrivateKeyInput): KeyObject | null {
  try {
    return createPrivateKey(input);
  } catch {
    return null;
  }
}

/** Those that lead from the certificate to an authority that has signed itself, which clients have. */
function issuersOf(leaf: X509Certificate, known: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let last = leaf; chain.length < known.length; ) {
    const issuer = known.find(
      (one) => last.checkIssued(one) && one.subject !== one.issuer && !chain.includes(one),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function fileOf(name: string, find: FindFile): Buffer {
  const content = find(name);
  if (content === undefined) throw new CertificateError(`SSL: '${name}' cannot be read`);
  return content;
}
