import type { ExplainLine } from '../plugin/define-module.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BackendMode } from './backend-options.js';
import { addressName } from './endpoint.js';
import { findGroup, groupsOfMode, splitPathInfo } from './find-group.js';
import type { GatewaySettings } from './gateway.js';
import type { Backend, BackendGroup } from './read-backends.js';
import { allowsUpgrade, leavesOpen } from './request-policy.js';

/**
 * For `explain`: which backends a request is for, and what one of them would be sent. Nothing is asked of them. Like the
 * gateway itself, it is asked by the URL path first, and then by the file; `needsNoFiles`: by the URL path alone.
 */
export function explainGateway(
  request: RequestState,
  settings: GatewaySettings,
  needsNoFiles = false,
): readonly ExplainLine[] {
  const byUrlPath = request.physical.path === '';
  const path = byUrlPath ? request.uri.path : request.physical.path;
  for (const mode of ['authorizer', 'responder'] as const) {
    const found = findGroup(groupsOfMode(settings.groups, mode), request, path, settings.mapExtensions);
    if (found === null) continue;
    const options = found.backends[0].settings;
    if (byUrlPath && options['check-local'] && !needsNoFiles) return [];
    if (byUrlPath && mode === 'responder') splitPathInfo(request, found.key, options['fix-root-scriptname']);
    return explainBackends(request, settings, found, mode);
  }
  return [];
}

function explainBackends(
  request: RequestState,
  { balance, makeWire, upgrade }: GatewaySettings,
  { key, backends }: BackendGroup,
  mode: BackendMode,
): readonly ExplainLine[] {
  const [backend] = backends;
  const { origin } = backend;
  const names = backends.map(nameOf);
  const which = names.length === 1 ? names[0] : `one of ${names.join(', ')} (${balance})`;
  const verb = mode === 'authorizer' ? 'asks whether the request may pass' : 'hands the request on to';
  const mayUpgrade = allowsUpgrade(request, upgrade || backend.settings.upgrade, mode === 'authorizer');
  const keepAlive = leavesOpen(backend, mode);
  const wire = makeWire({ request, backend, mode, upgrade: mayUpgrade, keepAlive });
  const sent = wire.describe?.() ?? [];
  const takes = mode === 'responder';
  return [
    { text: `${verb}${mode === 'authorizer' ? ':' : ''} ${which}, for "${key}"`, origin, takes },
    ...sent.map((line) => ({ text: `sends ${line}`, takes })),
  ];
}

function nameOf({ label, socketPath, host, port, settings }: Backend): string {
  const address = addressName({ path: socketPath, host, port });
  const started = settings['bin-path'] === '' ? '' : ` started as ${settings['bin-path']}`;
  return `${label === '' ? '' : `${label} at `}${address}${started}`;
}
