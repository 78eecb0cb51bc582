import type { SecureContext, TLSSocket } from 'node:tls';
import { ConditionCache, type ConditionSource, connectionFields, fieldBit } from '../../config/condition.js';
import type { SettingsSource } from '../../config/patch.js';
import type { ConditionField } from '../../config/tree.js';
import { checkHost } from '../../http/host.js';
import type { IpAddress } from '../../http/ip-address.js';
import type { ConnectionState } from '../../plugin/connection-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { speaks, type TlsIdentity, type TlsService } from '../../plugin/tls.js';
import { acmeProtocol, readAcmeCertificate } from './acme-certificate.js';
import type { TlsSession } from './client-variables.js';
import type { TlsConfig } from './directives.js';
import { readStekFile, type StekKey } from './stek-file.js';
import { messageOf, type ProvingCertificate, TlsContexts, type TlsProfile } from './tls-contexts.js';
import { verifyClient } from './verify-client.js';
import { verifyErrorNumber } from './verify-errors.js';

const handshakeFields = connectionFields | fieldBit.scheme | fieldBit.host;
const serverNameBytesMax = 1024;
/** Keys of tickets may change, certificates and answers of OCSP expire: everything is looked at again. */
const lookAgainSeconds = 64;
/** What clients cause all the time; `debug.log-ssl-noise` shows it. */
const noise =
  /ssl handshake failure|unexpected eof|alert unknown ca|alert certificate unknown|alert bad certificate|socket hang up|disconnected before secure|ECONNRESET|EPIPE|ended by the other party/i;

/** Decides by the settings of the module how each connection is encrypted. */
export class TlsPolicy implements TlsService, ConditionSource {
  private readonly server: ServerContext;
  private readonly settings: SettingsSource<TlsConfig>;
  private readonly index: number;
  private readonly contexts: TlsContexts;
  private readonly conditions: ConditionCache;
  private readonly stekFile: string;
  private stek: StekKey | null = null;
  private ticketKey: Buffer | null = null;
  private filesVersion = 0;
  private lookedAt = 0;
  /** Whom conditions are asked about, and which host it has named. */
  private connection!: ConnectionState;
  private host = '';

  constructor(server: ServerContext, settings: SettingsSource<TlsConfig>, index: number) {
    this.server = server;
    this.settings = settings;
    this.index = index;
    this.conditions = new ConditionCache(server.conditions, this);
    this.contexts = new TlsContexts(
      (name) => server.keptFiles.get(name),
      (message) => server.errorLog.error('mod_openssl.c', message),
    );
    this.stekFile = settings.base['ssl.stek-file'];
    this.lookAgain();
  }

  get remoteAddress(): IpAddress {
    return this.connection.peerAddress;
  }

  conditionValue(field: ConditionField): string {
    if (field === 'socket') return this.connection.listenSocket.token;
    if (field === 'remoteIp') return this.remoteAddress.text;
    if (field === 'scheme') return 'https';
    return field === 'host' ? this.host : '';
  }

  accept(connection: ConnectionState): SecureContext | null {
    return this.contexts.protocol(this.configFor(connection, '', connectionFields), this.ticketKey);
  }

  identity(connection: ConnectionState, name: string): TlsIdentity | null {
    const handshake = connection.moduleData[this.index] as Handshake | undefined;
    if (handshake?.isProof) return handshake.profile;
    if (name === '') return this.choose(connection, '', connectionFields);
    const host = this.hostOf(name);
    return host === null ? null : this.choose(connection, host, handshakeFields);
  }

  protocol(connection: ConnectionState, offered: readonly string[], serverName: string): string | undefined {
    return offered.find(
      (name) =>
        speaks(name, this.server.features) ||
        (name === acmeProtocol && this.provesName(connection, serverName)),
    );
  }

  /** With TLS 1.3, which authorities speak, protocols are asked for before certificates: it is chosen here then. */
  private provesName(connection: ConnectionState, serverName: string): boolean {
    if (connection.moduleData[this.index] !== undefined) return false;
    const host = this.hostOf(serverName);
    if (host === null) return false;
    const config = this.configFor(connection, host, handshakeFields);
    try {
      const certificate = this.proofOf(host, config['ssl.acme-tls-1']);
      if (certificate === null) return false;
      const profile = this.contexts.proof(config, certificate);
      connection.moduleData[this.index] = {
        config,
        profile,
        isProof: true,
        session: null,
      } satisfies Handshake;
      return true;
    } catch (error) {
      this.logOf(connection, `Failed to load acme-tls/1 pemfile: ${messageOf(error)}`);
      return false;
    }
  }

  /** One that the server made for the certificates it fetches, or one that another program has laid down. */
  private proofOf(host: string, folder: string): ProvingCertificate | null {
    const own = this.server.proofs.certificateFor(host);
    if (own !== undefined) return { chain: own.certificate, key: own.key };
    return folder === '' ? null : readAcmeCertificate(folder, host);
  }

  /** The name as conditions compare it; null where it is none. */
  private hostOf(serverName: string): string | null {
    if (serverName.length >= serverNameBytesMax) return null;
    return checkHost(serverName.toLowerCase(), this.server.core.base.parseOptions, 443);
  }

  private choose(connection: ConnectionState, host: string, fields: number): TlsIdentity | null {
    const config = this.configFor(connection, host, fields);
    const profile = this.contexts.profile(config, this.server.clock.epochSeconds);
    if (profile === null) return null;
    connection.moduleData[this.index] = {
      config,
      profile,
      isProof: false,
      session: null,
    } satisfies Handshake;
    return profile;
  }

  private configFor(connection: ConnectionState, host: string, fields: number): TlsConfig {
    this.connection = connection;
    this.host = host;
    this.conditions.reset();
    this.conditions.valid = fields;
    return this.settings.select(this.conditions);
  }

  secured(
    connection: ConnectionState,
    socket: TLSSocket,
    verifyError: NodeJS.ErrnoException | null,
  ): boolean {
    // a session that is taken up again comes without a choice of certificates
    if (connection.moduleData[this.index] === undefined) {
      const { servername } = socket as { servername?: string | false | null };
      if (this.identity(connection, servername || '') === null) return false;
    }
    const handshake = connection.moduleData[this.index] as Handshake;
    const { config, profile } = handshake;
    // the authority has seen the certificate, and wants no more
    if (handshake.isProof) return false;
    if (!profile.asksClient) {
      handshake.session = { socket, verifyError: null };
      return true;
    }
    const problem = verifyClient(socket, profile, config['ssl.verifyclient.depth'], verifyError);
    handshake.session = { socket, verifyError: problem?.code ?? null };
    if (problem === null) return !profile.requiresClient || socket.getPeerX509Certificate() !== undefined;
    const { code, message, depth, subject } = problem;
    const what = `verify error:num=${verifyErrorNumber(code)}:${message}:depth=${depth}:subject=${subject}`;
    this.logOf(connection, what);
    return !profile.requiresClient;
  }

  failed(connection: ConnectionState, error: NodeJS.ErrnoException): void {
    const { code = '', message } = error;
    const config = (connection.moduleData[this.index] as Handshake | undefined)?.config;
    if (noise.test(message) || /^E[A-Z]+$/.test(code)) {
      if (!config?.['debug.log-ssl-noise']) return;
    }
    this.logOf(connection, `ssl_err:1 ${messageOf(error).replace(/^SSL: /, '')}`);
  }

  private logOf({ peerAddress }: ConnectionState, what: string): void {
    this.server.errorLog.error('mod_openssl.c', `SSL: addr:${peerAddress.text} ${what}`);
  }

  /** Once a second: takes what has changed of files and keys. Connections that are open go on as they are. */
  everySecond(): void {
    const { version } = this.server.keptFiles;
    const now = this.server.clock.epochSeconds;
    if (version !== this.filesVersion || now - this.lookedAt >= lookAgainSeconds) this.lookAgain();
  }

  private lookAgain(): void {
    const { keptFiles, clock } = this.server;
    const now = clock.epochSeconds;
    const before = this.ticketKey;
    this.ticketKey = this.currentTicketKey(now);
    const isSameKey = before?.equals(this.ticketKey ?? Buffer.alloc(0)) ?? this.ticketKey === null;
    if (this.filesVersion !== keptFiles.version || !isSameKey || this.contexts.isOutdated(now))
      this.contexts.forget();
    this.filesVersion = keptFiles.version;
    this.lookedAt = now;
  }

  private currentTicketKey(now: number): Buffer | null {
    if (this.stekFile === '') return this.server.ticketSeed.key(now);
    const content = this.server.keptFiles.get(this.stekFile);
    const found = content === undefined ? null : readStekFile(content);
    // a key that is not to be used yet leaves the one before in use
    if (found !== null && found.activeFrom <= now) this.stek = found;
    return this.stek !== null && this.stek.expiresAt >= now ? this.stek.key : null;
  }
}

/** What a connection was given, and what came of it. */
export interface Handshake {
  readonly config: TlsConfig;
  readonly profile: TlsProfile;
  /** It was no more than the proof of a name to an authority. */
  readonly isProof: boolean;
  session: TlsSession | null;
}
