import { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import { optionBits } from './openssl-options.js';

/** What of a handshake is no matter of certificates. */
export type ProtocolOptions = Pick<
  SecureContextOptions,
  'ciphers' | 'ecdhCurve' | 'minVersion' | 'maxVersion' | 'secureOptions' | 'sigalgs' | 'dhparam'
>;

/** One command of `ssl.openssl.ssl-conf-cmd` that cannot be carried out. */
export interface CommandProblem {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail?: string;
}

export interface ReadProtocol {
  readonly options: ProtocolOptions;
  readonly problems: readonly CommandProblem[];
}

export interface Command {
  readonly key: string;
  readonly value: string;
}

/** As lighttpd 1.4.86 without any directive. */
const defaultCipherList = 'EECDH+AESGCM:CHACHA20:!PSK:!DHE';
const defaultSuites = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
const defaultGroups = 'X25519:P-256:P-384:X448';
const defaultMinVersion = 'TLSv1.3';
const weakCiphers = ':!aNULL:!eNULL:!EXP';
const defaultBits =
  constants.SSL_OP_ALL |
  constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION |
  constants.SSL_OP_NO_COMPRESSION |
  optionBits.renegotiation;

/** `None` lifts the limit. `TLSv1.0` is the name in lighttpd's modules for other libraries. */
const versions: Readonly<Record<string, SecureVersion | null>> = {
  None: null,
  SSLv3: null,
  TLSv1: 'TLSv1',
  'TLSv1.0': 'TLSv1',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
};
const versionsInOrder: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Commands of OpenSSL's SSL_CONF that Node.js has no call for. */
const withoutCall = new Set([
  'clientsignaturealgorithms',
  'chaincafile',
  'chaincapath',
  'verifycafile',
  'verifycapath',
  'chaincastore',
  'verifycastore',
  'requestcafile',
  'clientcafile',
  'requestcapath',
  'clientcapath',
  'requestcastore',
  'clientcastore',
  'serverinfofile',
  'verifymode',
  'recordpadding',
  'numtickets',
]);

/** Reads `ssl.cipher-list` and the commands of `ssl.openssl.ssl-conf-cmd` (network_openssl_ssl_conf_cmd). */
export function readProtocol(
  cipherList: string | undefined,
  commands: readonly Command[],
  file: (name: string) => Buffer | undefined,
): ReadProtocol {
  const reader = new CommandReader(cipherList, file);
  for (const command of commands) reader.read(command);
  return { options: reader.options(), problems: reader.problems };
}

class CommandReader {
  readonly problems: CommandProblem[] = [];
  private readonly file: (name: string) => Buffer | undefined;
  private ciphers: string;
  private suites = defaultSuites;
  private groups = defaultGroups;
  private min: SecureVersion | null = defaultMinVersion;
  private max: SecureVersion | null = null;
  private bits = defaultBits;
  private signatures: string | undefined;
  private parameters: Buffer | 'auto' | undefined;
  private level = '';

  constructor(cipherList: string | undefined, file: (name: string) => Buffer | undefined) {
    this.file = file;
    this.ciphers = cipherList ?? defaultCipherList;
    // lists of old may name ciphers without forward secrecy: the order is the server's then
    if (cipherList !== undefined) this.bits |= constants.SSL_OP_CIPHER_SERVER_PREFERENCE | optionBits.chacha;
  }

  options(): ProtocolOptions {
    const { min, max, groups, bits, signatures, parameters } = this;
    if (min !== null && max !== null && versionsInOrder.indexOf(min) > versionsInOrder.indexOf(max))
      this.warn(`no client can connect: MinProtocol is ${min}, MaxProtocol ${max}`, 'Set MinProtocol, too.');
    return {
      ciphers: [this.suites, this.ciphers + this.level].filter((part) => part !== '').join(':'),
      ecdhCurve: groups,
      minVersion: min ?? 'TLSv1',
      maxVersion: max ?? 'TLSv1.3',
      // SSL_OP_ALL has bit 31, which would make the number negative
      secureOptions: bits >>> 0,
      ...(signatures !== undefined && { sigalgs: signatures }),
      ...(parameters !== undefined && { dhparam: parameters }),
    };
  }

  read({ key, value }: Command): void {
    switch (key.toLowerCase()) {
      case 'cipherstring':
        this.ciphers = (value.trim() === '' ? 'HIGH' : value) + weakCiphers;
        return;
      case 'ciphersuites':
        this.suites = value.replaceAll(/\s/g, '');
        return;
      case 'groups':
      case 'curves':
        this.groups = value;
        return;
      case 'minprotocol':
        this.min = this.version(key, value, this.min);
        return;
      case 'maxprotocol':
        this.max = this.version(key, value, this.max);
        return;
      case 'protocol':
        this.readProtocols(value);
        return;
      case 'options':
        for (const name of value.split(/[ \t,]+/)) if (name !== '') this.readOption(name);
        return;
      case 'signaturealgorithms':
        this.signatures = value;
        return;
      case 'dhparameters':
        this.parameters = this.file(value);
        if (this.parameters === undefined) this.fail(`DHParameters ${value}: the file cannot be read`);
        return;
      case 'securitylevel':
        this.level = `:@SECLEVEL=${Math.max(0, Number.parseInt(value, 10) || 0)}`;
        return;
      case 'certificate':
      case 'privatekey':
        return;
      default:
        this.readUnknown(key, value);
    }
  }

  private readUnknown(key: string, value: string): void {
    if (withoutCall.has(key.toLowerCase()))
      this.warn(`${key} "${value}" has no effect`, 'Node.js has no call for it.');
    else this.fail(`SSL_CONF_cmd ${key} ${value}`, 'OpenSSL knows no such command.');
  }

  private version(key: string, value: string, before: SecureVersion | null): SecureVersion | null {
    if (Object.hasOwn(versions, value)) return versions[value];
    if (/^DTLSv1(\.2)?$/.test(value)) this.warn(`${key} ${value} has no effect`, 'It is not TLS.');
    else this.fail(`SSL_CONF_cmd ${key} ${value}`, 'Write TLSv1.2 or TLSv1.3.');
    return before;
  }

  /** The old way to choose protocols: `ALL,-TLSv1.1`, later names last. */
  private readProtocols(value: string): void {
    const enabled = new Set<SecureVersion>();
    for (const [, sign, name] of value.matchAll(/([-+]?)([A-Za-z0-9.]+)/g)) {
      const named = name === 'ALL' ? versionsInOrder : [versions[name]];
      for (const version of named) {
        if (version && sign === '-') enabled.delete(version);
        else if (version) enabled.add(version);
      }
    }
    for (const version of versionsInOrder) {
      if (enabled.has(version)) this.bits &= ~optionBits.versions[version];
      else this.bits |= optionBits.versions[version];
    }
  }

  private readOption(name: string): void {
    const isOff = name.startsWith('-');
    const bare = name.replace(/^[-+]/, '').toLowerCase();
    const bit = optionBits.set[bare];
    const inverse = optionBits.cleared[bare];
    if (bit !== undefined) this.bits = isOff ? this.bits & ~bit : this.bits | bit;
    else if (inverse !== undefined) this.bits = isOff ? this.bits | inverse : this.bits & ~inverse;
    else if (!optionBits.withoutEffect.has(bare))
      this.fail(`SSL_CONF_cmd Options ${name}`, 'OpenSSL knows no such option.');
  }

  private fail(summary: string, detail?: string): void {
    this.problems.push({ severity: 'error', summary, detail });
  }

  private warn(summary: string, detail?: string): void {
    this.problems.push({ severity: 'warning', summary, detail });
  }
}
