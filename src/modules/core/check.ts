import { whyNoDirectory } from '../../files/folders.js';
import { readAcmeSettings } from '../../plugin/acme-settings.js';
import type { CheckContext } from '../../plugin/define-module.js';
import { featureFlags } from './feature-flags.js';
import type { CoreDirectives } from './index.js';
import { listenAddressProblem } from './listen-address.js';

/** What lighttpd refuses or complains about before it loads modules (config_set_defaults, network_init). */
export function checkCore(context: CheckContext<CoreDirectives>): void {
  const { settings, diagnostics, originOf } = context;
  const { base } = settings;
  if (base['server.document-root'] === '') {
    diagnostics.error(
      'invalid-value',
      originOf('server.document-root'),
      'server.document-root is not set',
      'Write server.document-root = "/path/to/the/files" outside of any condition.',
    );
  }
  checkFolders(context);
  const bind = base['server.bind'];
  const problem = bind === '' ? null : listenAddressProblem(bind.startsWith('/') ? bind : `${bind}:80`);
  if (problem !== null)
    diagnostics.error('invalid-value', originOf('server.bind'), `server.bind: ${problem}`, addressForms);
  warnOfInert(context);
  warnOfFlags(context);
}

const addressForms =
  'Write an IPv4 address, a host name, an IPv6 address as "[::1]", or the path of a socket.';

function checkFolders({ settings: { base }, diagnostics, originOf }: CheckContext<CoreDirectives>): void {
  const root = base['server.chroot'];
  const rootProblem = root === '' ? null : whyNoDirectory(root);
  if (rootProblem !== null) {
    const origin = originOf('server.chroot');
    diagnostics.error('invalid-value', origin, `server.chroot ${root}: ${rootProblem}`, 'Name a folder.');
    return;
  }
  for (const folder of base['server.upload-dirs']) {
    const path = root === '' ? folder : `${root.replace(/\/+$/, '')}/${folder.replace(/^\/+/, '')}`;
    const problem = whyNoDirectory(path);
    if (problem === null) continue;
    const origin = originOf('server.upload-dirs');
    const detail = 'Large uploads fail there; create it, or remove it from the list.';
    diagnostics.warning('invalid-value', origin, `server.upload-dirs ${path}: ${problem}`, detail);
  }
}

/** Settings that change what a client sees, and that this platform cannot carry out. */
function warnOfInert({
  settings: { base, layers },
  diagnostics,
  originOf,
}: CheckContext<CoreDirectives>): void {
  for (const { block, values } of [{ block: 0, values: base as Partial<CoreDirectives> }, ...layers]) {
    for (const key of ['server.ip-transparent', 'mimetype.use-xattr'] as const) {
      if (!values[key]) continue;
      const why =
        key === 'mimetype.use-xattr'
          ? 'Node.js has no call that reads extended attributes; types come from mimetype.assign.'
          : 'Node.js has no call for this socket option.';
      diagnostics.warning('setting-without-effect', originOf(key, block), `${key} has no effect here`, why);
    }
  }
}

function warnOfFlags({ features, moduleNames, diagnostics, originOf }: CheckContext<CoreDirectives>): void {
  const origin = originOf('server.feature-flags');
  if (readAcmeSettings(features) !== null && !moduleNames.includes('mod_openssl')) {
    const summary = 'ssl.acme has no effect without mod_openssl';
    diagnostics.warning('setting-without-effect', origin, summary, 'Add "mod_openssl" to server.modules.');
  }
  for (const name of features.names()) {
    if (Object.hasOwn(featureFlags, name)) continue;
    diagnostics.warning('unknown-feature-flag', origin, `there is no feature flag ${name}; it has no effect`);
  }
}
