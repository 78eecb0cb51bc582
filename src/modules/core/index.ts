/**
 * The directives of the server itself. They are read for every configuration, before those of any module.
 */

import type { ConfigOf } from '../../config/directive.js';
import type { LoadedSettings } from '../../config/load-settings.js';
import { defineModule } from '../../plugin/define-module.js';
import type { ServerSettings, SocketSettings } from '../../plugin/server-settings.js';
import { checkCore } from './check.js';
import { fileDirectives } from './files.js';
import { listenDirectives } from './listen.js';
import { loggingDirectives } from './logging.js';
import { processDirectives } from './process.js';
import { requestDirectives } from './requests.js';
import { withdrawnDirectives } from './withdrawn.js';

const directives = {
  ...processDirectives,
  ...listenDirectives,
  ...requestDirectives,
  ...fileDirectives,
  ...loggingDirectives,
  ...withdrawnDirectives,
};

/** Values of the core's directives, as read. */
export type CoreDirectives = ConfigOf<typeof directives>;

export const core = defineModule({ name: 'core', directives, check: checkCore });

const nullIfEmpty = (text: string): string | null => (text === '' ? null : text);

/** `isTls`: does `ssl.engine` hold for the whole server? It picks the default port. */
export function deriveServerSettings(base: CoreDirectives, isTls: boolean): ServerSettings {
  return {
    bind: base['server.bind'],
    port: base['server.port'] || (isTls ? 443 : 80),
    systemdSocketActivation: base['server.systemd-socket-activation'],
    username: base['server.username'],
    groupname: base['server.groupname'],
    chroot: base['server.chroot'],
    pidFile: base['server.pid-file'],
    maxWorker: base['server.max-worker'],
    maxFds: base['server.max-fds'],
    maxConnections: base['server.max-connections'],
    coreFiles: base['server.core-files'],
    errorlog: nullIfEmpty(base['server.errorlog'] ?? ''),
    breakagelog: nullIfEmpty(base['server.breakagelog'] ?? ''),
    errorlogUseSyslog: base['server.errorlog-use-syslog'],
    syslogFacility: base['server.syslog-facility'],
    statCacheEngine: base['server.stat-cache-engine'],
    uploadDirs: base['server.upload-dirs'],
    features: base['server.feature-flags'],
  };
}

/** `block` is the index of the socket's own block; 0 for the socket of server.bind and server.port. */
export function deriveSocketSettings(
  loaded: LoadedSettings<CoreDirectives>,
  block: number,
  isTls: boolean,
): SocketSettings {
  const values = loaded.layers.find((layer) => layer.block === block)?.values;
  const raw: CoreDirectives = { ...loaded.base, ...values };
  const v4mapped = raw['server.v4mapped'];
  return {
    isTls,
    listenBacklog: raw['server.listen-backlog'],
    socketPerms: raw['server.socket-perms'] ?? null,
    useIpv6: raw['server.use-ipv6'],
    ipv6Only: v4mapped === undefined ? raw['server.set-v6only'] : !v4mapped,
  };
}
