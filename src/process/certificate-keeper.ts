import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { systemErrorText } from '../base/system-error.js';
import { readWhole } from '../files/kept-files.js';
import { replaceFile } from '../files/replace-file.js';
import type { ErrorLog } from '../log/error-log.js';
import {
  type AcmeSettings,
  type Challenge,
  challenges,
  hostsOfPemfile,
  isFetched,
  readAcmeSettings,
} from '../plugin/acme-settings.js';
import type { FeatureFlags } from '../plugin/feature-flags.js';
import type { NameProof } from '../plugin/name-proofs.js';
import { AcmeFailure, AcmeProcess } from './acme-process.js';
import type { GenerationPlan } from './messages.js';
import type { Identity } from './privileges.js';

/** The share of a certificate's life after which it is replaced. */
const renewalShare = 2 / 3;
/** Files are looked at so often at least: they may have been removed, and clocks set. */
const lookEveryMs = 3_600_000;
/** The first pause after a failure, and the longest; it doubles in between. */
const pauseMs = { unreachable: 10_000, refused: 300_000, max: 6 * 3_600_000 };

const place = 'acme';

/** What the keeper needs of the supervisor. */
export interface CertificateHost {
  readonly workingFolder: string;
  /** Who the authority is asked as. */
  identity(): Identity | null;
  errorLog(): ErrorLog | null;
  /** Every worker, older ones too, is to answer these proofs from now on. */
  prove(proofs: readonly NameProof[]): void;
}

interface KeptCertificate {
  readonly pemfile: string;
  readonly hosts: readonly string[];
  failures: number;
  /** Milliseconds since the epoch. */
  notBefore: number;
}

/**
 * Fetches certificates whose files are missing or in the last third of their life, one after the other, and writes
 * them where `ssl.pemfile` looks for them; that they have changed is noticed as with any other file.
 */
export class CertificateKeeper {
  private readonly host: CertificateHost;
  private settings: AcmeSettings | null = null;
  private challenge: Challenge = challenges[0];
  private certificates: KeptCertificate[] = [];
  private timer: NodeJS.Timeout | undefined;
  private process: AcmeProcess | null = null;
  private isClosed = false;

  constructor(host: CertificateHost) {
    this.host = host;
  }

  /** This configuration holds now; whatever failed before is tried at once. */
  follow({ keptFiles, addresses }: GenerationPlan, features: FeatureFlags): void {
    const settings = readAcmeSettings(features);
    this.settings = settings;
    this.certificates = [];
    if (settings !== null) {
      this.challenge = chooseChallenge(settings, addresses);
      for (const pemfile of keptFiles) {
        const hosts = isFetched(settings, pemfile) ? hostsOfPemfile(pemfile) : null;
        if (hosts !== null) this.certificates.push({ pemfile, hosts, failures: 0, notBefore: 0 });
      }
    }
    this.look();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.process?.kill();
  }

  /** Fetches what is due; else waits for the next one. */
  private look(): void {
    clearTimeout(this.timer);
    if (this.isClosed || this.process !== null || this.certificates.length === 0) return;
    const now = Date.now();
    let next = now + lookEveryMs;
    for (const certificate of this.certificates) {
      const dueAt = Math.max(this.dueAt(certificate.pemfile), certificate.notBefore);
      if (dueAt <= now) {
        this.renew(this.settings!, certificate);
        return;
      }
      next = Math.min(next, dueAt);
    }
    this.timer = setTimeout(() => this.look(), next - now);
  }

  /** In milliseconds since the epoch; 0 where there is no certificate that could be served. */
  private dueAt(pemfile: string): number {
    const content = readWhole(this.pathOf(pemfile));
    if (typeof content === 'string') return 0;
    try {
      const { validFrom, validTo } = new X509Certificate(content);
      const start = Date.parse(validFrom);
      return start + (Date.parse(validTo) - start) * renewalShare;
    } catch {
      return 0;
    }
  }

  private async renew(settings: AcmeSettings, certificate: KeptCertificate): Promise<void> {
    const names = certificate.hosts.join(', ');
    const { host } = this;
    this.process = new AcmeProcess(host.workingFolder, settings.caFile, (proofs) => host.prove(proofs));
    try {
      const accountKey = await this.accountKey(settings);
      const order = { settings, challenge: this.challenge, hosts: certificate.hosts, accountKey };
      const { key, chain } = await this.process.fetch({ order, identity: host.identity() });
      await replaceFile(this.pathOf(certificate.pemfile), `${key}\n${chain}`);
      certificate.failures = 0;
      const until = new X509Certificate(chain).validTo;
      host.errorLog()?.write('notice', place, `certificate of ${names} fetched; it is valid until ${until}`);
    } catch (error) {
      this.failed(certificate, names, error as Error);
    } finally {
      this.process.kill();
      this.process = null;
      if (!this.isClosed) host.prove([]);
    }
    this.look();
  }

  private failed(certificate: KeptCertificate, names: string, error: Error): void {
    if (this.isClosed) return;
    const isRefusal = error instanceof AcmeFailure && error.isRefusal;
    const first = isRefusal ? pauseMs.refused : pauseMs.unreachable;
    const pause = Math.min(pauseMs.max, first * 2 ** certificate.failures++);
    certificate.notBefore = Date.now() + pause;
    const reason = error instanceof AcmeFailure ? error.message : systemErrorText(error);
    const what = `certificate of ${names} could not be fetched: ${reason}`;
    this.host.errorLog()?.error(place, `${what}; the next attempt is in ${pause / 1000} seconds`);
  }

  /** The same for all certificates, kept beside them. */
  private async accountKey({ folder }: AcmeSettings): Promise<string> {
    const path = this.pathOf(`${folder}/account.key`);
    const known = readWhole(path);
    if (typeof known !== 'string') return known.toString('latin1');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    await replaceFile(path, key);
    return key;
  }

  private pathOf(name: string): string {
    return resolve(this.host.workingFolder, name);
  }
}

/** Authorities ask at port 80 for http-01, and at port 443 for tls-alpn-01. */
function chooseChallenge({ challenge }: AcmeSettings, addresses: GenerationPlan['addresses']): Challenge {
  const named = challenges.find((one) => one === challenge);
  if (named !== undefined) return named;
  const isAtPort80 = addresses.some(({ port, settings }) => port === 80 && !settings.isTls);
  return isAtPort80 ? 'http-01' : 'tls-alpn-01';
}
