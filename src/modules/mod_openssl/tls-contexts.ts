import type { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsIdentity } from '../../plugin/tls.js';
import {
  type Certificate,
  CertificateError,
  type CertificateFiles,
  type FindFile,
  isActive,
  mustStaple,
  readCertificate,
  readCertificates,
} from './certificate.js';
import type { TlsConfig } from './directives.js';
import { readProtocol } from './protocol-options.js';
import { nextUpdateOf } from './stapling.js';

/** Sessions of one server do not count at another one that shares its keys by chance. */
const sessionIdContext = 'lighttpd';
/** An answer of OCSP that does not say until when it holds is used for so long. */
const staplingSecondsDefault = 3600;

/** What settings come to: an identity, and who is let in. */
export interface TlsProfile extends TlsIdentity {
  /** Those who must have signed a client's certificate; null where any known authority may have. */
  readonly issuers: ReadonlySet<string> | null;
  readonly authorities: readonly X509Certificate[];
}

/** PEM, both. */
export type ProvingCertificate = Pick<Certificate, 'chain' | 'key'>;

/** The files of the certificate that settings name; null where they name none. */
export function certificateFiles(config: Partial<TlsConfig>): CertificateFiles | null {
  const pemfile = config['ssl.pemfile'];
  if (pemfile === undefined) return null;
  const privkey = config['ssl.privkey'] ?? pemfile;
  return { pemfile, privkey, caFile: config['ssl.verifyclient.ca-file'] ?? null };
}

/** A certificate, and the files as they were when it was read. */
interface KnownCertificate {
  readonly certificate: Certificate;
  readonly contents: readonly (Buffer | undefined)[];
}

/** Makes what handshakes need out of settings and files, and keeps the last of each that was good. */
export class TlsContexts {
  private readonly find: FindFile;
  private readonly report: (message: string) => void;
  private readonly certificates = new Map<string, KnownCertificate>();
  /** Seconds since the epoch: the first answer of OCSP in use that ends to be valid then. */
  private staplingUntil = Number.POSITIVE_INFINITY;
  private profiles = new WeakMap<TlsConfig, TlsProfile>();
  private protocols = new WeakMap<TlsConfig, SecureContext>();

  constructor(find: FindFile, report: (message: string) => void) {
    this.find = find;
    this.report = report;
  }

  /** Files or keys of tickets have changed: everything is made anew at its next use. */
  forget(): void {
    this.profiles = new WeakMap();
    this.protocols = new WeakMap();
    this.staplingUntil = Number.POSITIVE_INFINITY;
  }

  /** Has an answer of OCSP that is in use become too old? */
  isOutdated(epochSeconds: number): boolean {
    return epochSeconds > this.staplingUntil;
  }

  /** Null, and said why, where there is nothing to serve. */
  protocol(config: TlsConfig, ticketKey: Buffer | null): SecureContext | null {
    const known = this.protocols.get(config);
    if (known !== undefined) return known;
    try {
      const made = createProtocolContext(config, this.find, ticketKey);
      this.protocols.set(config, made);
      return made;
    } catch (error) {
      this.report(messageOf(error));
      return null;
    }
  }

  /** For an authority that asks for the proof of a name. */
  proof(config: TlsConfig, certificate: ProvingCertificate): TlsProfile {
    const context = createIdentityContext(config, certificate, this.find, []);
    const asksNobody = { asksClient: false, requiresClient: false, issuers: null, authorities: [] };
    return { context, stapling: null, ...asksNobody };
  }

  /** Null, and said why, where there is nothing to serve. */
  profile(config: TlsConfig, epochSeconds: number): TlsProfile | null {
    const known = this.profiles.get(config);
    if (known !== undefined) return known;
    try {
      const made = this.make(config, epochSeconds);
      this.profiles.set(config, made);
      return made;
    } catch (error) {
      this.report(messageOf(error));
      return null;
    }
  }

  private make(config: TlsConfig, epochSeconds: number): TlsProfile {
    const files = certificateFiles(config);
    if (files === null) throw new CertificateError('SSL: no certificate/private key; set ssl.pemfile');
    const certificate = this.certificate(files, epochSeconds);
    const authorities = authoritiesOf(config, this.find);
    const context = createIdentityContext(config, certificate, this.find, authorities);
    const asksClient = config['ssl.verifyclient.activate'];
    const dnFile = config['ssl.verifyclient.ca-dn-file'];
    return {
      context,
      authorities,
      asksClient,
      requiresClient: asksClient && config['ssl.verifyclient.enforce'],
      stapling: this.stapling(config['ssl.stapling-file'], certificate.leaf, files.pemfile, epochSeconds),
      issuers:
        dnFile === undefined
          ? null
          : new Set(
              readCertificates(this.find(dnFile) ?? Buffer.alloc(0), dnFile).map(({ subject }) => subject),
            ),
    };
  }

  /** The one that was read before goes on where the files have become wrong. */
  private certificate(files: CertificateFiles, epochSeconds: number): Certificate {
    const key = `${files.pemfile}\0${files.privkey}\0${files.caFile}`;
    const before = this.certificates.get(key);
    const contents = [files.pemfile, files.privkey, files.caFile ?? ''].map(this.find);
    if (before?.contents.every((content, index) => content === contents[index])) return before.certificate;
    try {
      const certificate = readCertificate(files, this.find);
      if (!isActive(certificate.leaf, epochSeconds))
        this.report(`SSL: inactive/expired X509 certificate '${files.pemfile}'`);
      this.certificates.set(key, { certificate, contents });
      return certificate;
    } catch (error) {
      if (before === undefined) throw error;
      this.report(messageOf(error));
      this.report(`SSL: unable to check/refresh cert key; continuing to use already-loaded ${files.privkey}`);
      return before.certificate;
    }
  }

  private stapling(
    file: string,
    leaf: X509Certificate,
    pemfile: string,
    epochSeconds: number,
  ): Buffer | null {
    const needed = mustStaple(leaf);
    if (file === '') {
      if (needed)
        this.report(`certificate ${pemfile} marked OCSP Must-Staple, but ssl.stapling-file not provided`);
      return null;
    }
    const response = this.find(file);
    const until = response === undefined ? undefined : nextUpdateOf(response);
    if (response === undefined || until === undefined) {
      this.report(`SSL: failed to load OCSP stapling file ${file}`);
      return null;
    }
    const validUntil = until ?? epochSeconds + staplingSecondsDefault;
    if (validUntil >= epochSeconds) {
      this.staplingUntil = Math.min(this.staplingUntil, validUntil);
      return response;
    }
    if (needed)
      this.report(
        `certificate marked OCSP Must-Staple, but OCSP response expired from ssl.stapling-file ${file}`,
      );
    return null;
  }
}

/** Versions, ciphers, groups and the like. Throws what OpenSSL says against them. */
export function createProtocolContext(
  config: TlsConfig,
  find: FindFile,
  ticketKey: Buffer | null,
): SecureContext {
  const commands = config['ssl.openssl.ssl-conf-cmd'];
  const { options } = readProtocol(config['ssl.cipher-list'], commands, find);
  const second = secondCertificate(commands, find);
  return createSecureContext({
    ...options,
    ca: [],
    ...(second !== null && { cert: second.chain, key: second.key }),
    ...(ticketKey !== null && { ticketKeys: ticketKey }),
    sessionIdContext,
  });
}

/** Certificate and authorities; ciphers tell how strong keys must be. Throws what OpenSSL says against them. */
export function createIdentityContext(
  config: TlsConfig,
  { chain, key }: ProvingCertificate,
  find: FindFile,
  authorities = authoritiesOf(config, find),
): SecureContext {
  const { options } = readProtocol(config['ssl.cipher-list'], config['ssl.openssl.ssl-conf-cmd'], find);
  const crl = config['ssl.verifyclient.ca-crl-file'];
  return createSecureContext({
    ciphers: options.ciphers,
    cert: chain,
    key,
    // none of those that Node.js knows: they are no authorities for clients of this server
    ca: authorities.map((one) => one.toString()),
    ...(authorities.length > 0 && crl !== undefined && { crl: find(crl) }),
  });
}

/** The certificates that those of clients are checked against; none where clients are not asked. */
function authoritiesOf(config: TlsConfig, find: FindFile): readonly X509Certificate[] {
  const file = config['ssl.verifyclient.activate'] ? config['ssl.verifyclient.ca-file'] : undefined;
  return file === undefined ? [] : readCertificates(find(file) ?? Buffer.alloc(0), file);
}

/** `Certificate` and `PrivateKey` of ssl-conf-cmd: another kind of key beside that of ssl.pemfile. */
export function secondCertificate(
  commands: TlsConfig['ssl.openssl.ssl-conf-cmd'],
  find: FindFile,
): Certificate | null {
  const command = (name: string) => commands.find(({ key }) => key.toLowerCase() === name)?.value;
  const pemfile = command('certificate');
  if (pemfile === undefined) return null;
  return readCertificate({ pemfile, privkey: command('privatekey') ?? pemfile, caFile: null }, find);
}

/** What OpenSSL says, without the path of its source. */
export function messageOf(error: unknown): string {
  const { message } = error as Error;
  if (error instanceof CertificateError) return message;
  const reason = /(?:^|:)error:([0-9A-Fa-f]+):([^:]*):([^:]*):([^:]*)/.exec(message);
  return reason === null
    ? `SSL: ${message}`
    : `SSL: error:${reason[1]}:${reason[2]}:${reason[3]}:${reason[4]}`;
}
