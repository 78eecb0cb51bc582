import { readWhole } from '../../files/kept-files.js';
import type { CheckContext } from '../../plugin/define-module.js';
import { CertificateError, isActive, readCertificate, readCertificates } from './certificate.js';
import { checkAcme, isFetchedLater } from './check-acme.js';
import type { TlsConfig } from './directives.js';
import { readProtocol } from './protocol-options.js';
import { nextUpdateOf } from './stapling.js';
import { readStekFile } from './stek-file.js';
import {
  certificateFiles,
  createIdentityContext,
  createProtocolContext,
  messageOf,
  secondCertificate,
} from './tls-contexts.js';

type Context = CheckContext<TlsConfig>;

/** Settings of one scope: what it sets itself, and what holds in it with the global ones. */
interface Scope {
  readonly block: number;
  readonly own: Partial<TlsConfig>;
  readonly all: TlsConfig;
}

const find = (name: string): Buffer | undefined => {
  const content = readWhole(name);
  return typeof content === 'string' ? undefined : content;
};

/** What single values do not tell: files that fit each other, and that every TLS socket has a certificate. */
export function checkTls(context: Context): void {
  const { base, layers } = context.settings;
  const scopes: Scope[] = [
    { block: 0, own: base, all: base },
    ...layers.map(({ block, values }) => ({ block, own: values, all: { ...base, ...values } })),
  ];
  checkSockets(context);
  checkAcme(context);
  for (const scope of scopes) {
    checkProtocol(context, scope);
    checkFiles(context, scope);
    checkCertificate(context, scope);
    checkClients(context, scope);
    refuseHello(context, scope);
  }
}

/** Every file that settings name. They are kept, because workers may not read them. */
export function namedFiles({ settings: { base, layers } }: Pick<Context, 'settings'>): string[] {
  const names = [base, ...layers.map(({ values }) => values)].flatMap((config: Partial<TlsConfig>) => [
    config['ssl.pemfile'],
    config['ssl.privkey'],
    config['ssl.verifyclient.ca-file'],
    config['ssl.verifyclient.ca-dn-file'],
    config['ssl.verifyclient.ca-crl-file'],
    config['ssl.stapling-file'],
    config['ssl.stek-file'],
    ...(config['ssl.openssl.ssl-conf-cmd'] ?? [])
      .filter(({ key }) => /^(?:certificate|privatekey|dhparameters)$/i.test(key))
      .map(({ value }) => value),
  ]);
  return [...new Set(names.filter((name): name is string => name !== undefined && name !== ''))];
}

/** A socket that speaks TLS needs a certificate: its own, or with nothing but ssl.engine set, the global one. */
function checkSockets(context: Context): void {
  const { base, layers } = context.settings;
  const isSet = (block: number): boolean => context.originOf('ssl.pemfile', block) !== null;
  if (base['ssl.engine'] && !isSet(0)) missingCertificate(context, 0);
  for (const { block, values } of layers) {
    if (!values['ssl.engine'] || isSet(block)) continue;
    const inherits = Object.keys(values).every((key) => key === 'ssl.engine' || !key.startsWith('ssl.'));
    if (!inherits || !isSet(0)) missingCertificate(context, block);
  }
}

function missingCertificate({ diagnostics, originOf }: Context, block: number): void {
  const detail = 'Set ssl.pemfile in the same scope as the other ssl directives.';
  diagnostics.error('invalid-value', originOf('ssl.engine', block), 'ssl.engine needs ssl.pemfile', detail);
}

function checkProtocol({ diagnostics, originOf }: Context, { block, own }: Scope): void {
  const commands = own['ssl.openssl.ssl-conf-cmd'] ?? [];
  const origin = originOf('ssl.openssl.ssl-conf-cmd', block);
  for (const { severity, summary, detail } of readProtocol(own['ssl.cipher-list'], commands, find).problems) {
    const code = severity === 'error' ? 'invalid-value' : 'setting-without-effect';
    diagnostics[severity](code, origin, `ssl.openssl.ssl-conf-cmd: ${summary}`, detail);
  }
}

/** Files that must hold what their directive says. */
function checkFiles({ diagnostics, originOf }: Context, { block, own }: Scope): void {
  const certificatesIn = (content: Buffer, name: string): null => readCertificates(content, name) && null;
  const readers: readonly [
    keyof TlsConfig,
    'error' | 'warning',
    (content: Buffer, name: string) => string | null,
  ][] = [
    ['ssl.verifyclient.ca-file', 'error', certificatesIn],
    ['ssl.verifyclient.ca-dn-file', 'error', certificatesIn],
    [
      'ssl.verifyclient.ca-crl-file',
      'error',
      (text) => (text.includes('X509 CRL') ? null : 'it holds no list (CRL)'),
    ],
    [
      'ssl.stapling-file',
      'warning',
      (data) => (nextUpdateOf(data) === undefined ? 'it is no answer of OCSP' : null),
    ],
    [
      'ssl.stek-file',
      'warning',
      (data) => (readStekFile(data) === null ? 'it holds no key of tickets' : null),
    ],
  ];
  for (const [key, severity, check] of readers) {
    const name = own[key];
    if (typeof name !== 'string' || name === '') continue;
    const content = readWhole(name);
    const problem = typeof content === 'string' ? content : outcomeOf(() => check(content, name));
    const origin = originOf(key, block) ?? originOf(key.replace('verifyclient.', ''), block);
    if (problem !== null) diagnostics[severity]('invalid-value', origin, `${key} ${name}: ${problem}`);
  }
}

function outcomeOf(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return messageOf(error);
  }
}

function checkCertificate(context: Context, { block, own, all }: Scope): void {
  const { diagnostics, originOf } = context;
  const origin = originOf('ssl.pemfile', block);
  const files = certificateFiles({ ...own, 'ssl.verifyclient.ca-file': all['ssl.verifyclient.ca-file'] });
  if (files === null) return;
  for (const [key, name] of [
    ['ssl.pemfile', files.pemfile],
    ['ssl.privkey', own['ssl.privkey']],
  ] as const) {
    if (name === undefined) continue;
    const content = readWhole(name);
    if (typeof content !== 'string') continue;
    if (isFetchedLater(context, name)) return;
    const isUri = /^[A-Za-z][\w+.-]*:/.test(name);
    const detail = isUri ? 'Stores of OpenSSL 3 (URIs) cannot be opened: Node.js reads files.' : undefined;
    diagnostics.error('invalid-value', originOf(key, block), `${key} ${name}: ${content}`, detail);
    return;
  }
  try {
    const certificate = readCertificate(files, find);
    secondCertificate(all['ssl.openssl.ssl-conf-cmd'], find);
    if (!isActive(certificate.leaf, Date.now() / 1000))
      diagnostics.warning(
        'invalid-value',
        origin,
        `SSL: inactive/expired X509 certificate '${files.pemfile}'`,
      );
    createProtocolContext(all, find, null);
    createIdentityContext(all, certificate, find);
  } catch (error) {
    const detail =
      error instanceof CertificateError ? undefined : 'OpenSSL refuses the certificate or its settings.';
    diagnostics.error('invalid-value', origin, messageOf(error), detail);
  }
}

function checkClients({ diagnostics, originOf, settings }: Context, { block, own, all }: Scope): void {
  const depth = originOf('ssl.verifyclient.activate', block);
  const knowsNoAuthority =
    all['ssl.verifyclient.ca-file'] === undefined &&
    settings.layers.every(({ values }) => values['ssl.verifyclient.ca-file'] === undefined);
  if (own['ssl.verifyclient.activate'] && knowsNoAuthority)
    diagnostics.warning('invalid-value', depth, "SSL: can't verify client without ssl.verifyclient.ca-file");
  if (
    block !== 0 &&
    own['ssl.verifyclient.ca-crl-file'] !== undefined &&
    own['ssl.verifyclient.ca-file'] === undefined
  ) {
    const key = 'ssl.verifyclient.ca-crl-file';
    diagnostics.warning(
      'invalid-value',
      originOf(key, block),
      `${key} ignored unless issued with ssl.verifyclient.ca-file`,
    );
  }
}

/** Encrypted Client Hello needs OpenSSL 4 and calls that Node.js does not have. */
function refuseHello({ diagnostics, originOf }: Context, { block, own }: Scope): void {
  for (const key of ['ssl.ech-opts', 'ssl.ech-public-name'] as const) {
    const origin = originOf(key, block);
    if (own[key] === undefined || own[key] === '' || origin === null) continue;
    const detail = 'Hosts are served without it: their names are sent in the clear.';
    diagnostics.warning(
      'setting-without-effect',
      origin,
      `${key}: Node.js has no Encrypted Client Hello`,
      detail,
    );
  }
}
