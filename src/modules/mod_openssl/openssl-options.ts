import { constants } from 'node:crypto';
import type { SecureVersion } from 'node:tls';

/** Bits of `SSL_OP_...` that Node.js has no constant for, as of OpenSSL 3. */
const noExtendedMasterSecret = 1 << 0;
const ignoreUnexpectedEof = 1 << 7;
const middleboxCompatibility = 1 << 20;
const noAntiReplay = 1 << 24;

/**
 * Bits of `SSL_OP_...`, by the names that the command `Options` has for them (SSL_CONF_cmd, in lower case): what a
 * name sets, and what it clears.
 */
export const optionBits = {
  renegotiation: 1 << 30,
  chacha: 1 << 21,
  versions: {
    TLSv1: constants.SSL_OP_NO_TLSv1,
    'TLSv1.1': constants.SSL_OP_NO_TLSv1_1,
    'TLSv1.2': constants.SSL_OP_NO_TLSv1_2,
    'TLSv1.3': constants.SSL_OP_NO_TLSv1_3,
  } as Readonly<Record<SecureVersion, number>>,
  set: {
    bugs: constants.SSL_OP_ALL,
    serverpreference: constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
    prioritizechacha: 1 << 21,
    noresumptiononrenegotiation: constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION,
    norenegotiation: 1 << 30,
    unsafelegacyrenegotiation: constants.SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION,
    unsafelegacyserverconnect: constants.SSL_OP_LEGACY_SERVER_CONNECT,
    allownodhekex: 1 << 10,
    ignoreunexpectedeof: ignoreUnexpectedEof,
    middleboxcompat: middleboxCompatibility,
  } as Readonly<Record<string, number | undefined>>,
  cleared: {
    sessionticket: constants.SSL_OP_NO_TICKET,
    emptyfragments: constants.SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS,
    encryptthenmac: 1 << 19,
    extendedmastersecret: noExtendedMasterSecret,
    antireplay: noAntiReplay,
  } as Readonly<Record<string, number | undefined>>,
  /** Known names that change nothing here: the kernel encrypts for no program of Node.js, and so on. */
  withoutEffect: new Set([
    'compression',
    'dhsingle',
    'ecdhsingle',
    'canames',
    'ktls',
    'ktlstxzerocopysendfile',
    'prefernodhekex',
    'strictcertcheck',
    'certificatepreload',
    'txcertificatecompression',
    'rxcertificatecompression',
  ]),
} as const;
