import type { Origin } from '../../base/source-range.js';
import { bool, int, list, map, type ReadContext, short, string } from '../../config/directive.js';
import { FeatureFlags } from '../../plugin/feature-flags.js';

const eventHandlers = ['linux-sysepoll', 'epoll', 'poll', 'select', 'libev'];
const networkBackends = [
  'sendfile',
  'linux-sendfile',
  'freebsd-sendfile',
  'solaris-sendfilev',
  'writev',
  'write',
];

/** A name in `server.modules`; no origin where it was not written there. */
export interface NamedModule {
  readonly name: string;
  readonly origin: Origin | null;
}

function oneOf(names: readonly string[], allowEmpty: boolean) {
  return (text: string, context: ReadContext): string | undefined => {
    if (names.includes(text) || (allowEmpty && text === '')) return text;
    return context.fail(
      `${context.key} has an unknown value: ${text}`,
      `Use one of ${names.map((name) => `"${name}"`).join(', ')}, or leave it out.`,
    );
  };
}

/** What the server runs as, with which modules, and within which limits of the system. */
export const processDirectives = {
  'server.modules': list<NamedModule, readonly NamedModule[], readonly NamedModule[]>({
    scope: 'server',
    since: '1.4.1',
    default: [],
    entry: (name, context) => ({ name, origin: context.origin }),
    doc: 'The modules to load. The order counts: each step of a request asks them in this order.',
    example: 'server.modules = ( "mod_access", "mod_accesslog" )',
  }),
  'server.compat-module-load': bool({
    scope: 'server',
    since: '1.4.52',
    default: true,
    doc: 'Load mod_indexfile, mod_dirlisting and mod_staticfile, and modules split off since 1.4.1, without being asked.',
    example: 'server.compat-module-load = "disable"',
  }),
  'server.feature-flags': map<FeatureFlags, FeatureFlags>({
    scope: 'server',
    since: '1.4.56',
    default: new FeatureFlags(undefined),
    build: (array) => new FeatureFlags(array),
    doc: 'Switches and numbers by name; the chapter on feature flags lists them. Unknown names have no effect.',
    example: 'server.feature-flags = ( "server.graceful-shutdown-timeout" => 10 )',
  }),
  'server.username': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    change: 'restart',
    doc: 'The user to run as. Needs a start as root, which binds the sockets first; root itself is refused.',
    example: 'server.username = "www-data"',
  }),
  'server.groupname': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    change: 'restart',
    doc: 'The group to run as. Unset: the group of server.username.',
    example: 'server.groupname = "www-data"',
  }),
  'server.chroot': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    change: 'restart',
    doc: 'The folder that becomes the root of the file system for the server. Needs a start as root.',
    example: 'server.chroot = "/"',
  }),
  'server.pid-file': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    change: 'restart',
    doc: 'The file that holds the process id of the server while it runs.',
    example: 'server.pid-file = "/run/lighttpd.pid"',
  }),
  'server.max-worker': short({
    scope: 'server',
    since: '1.4.1',
    doc: 'How many worker processes serve requests. Unset, 0 or 1: one.',
    example: 'server.max-worker = 2',
  }),
  'server.max-fds': int({
    scope: 'server',
    since: '1.4.1',
    default: 0,
    change: 'restart',
    doc: 'How many file descriptors a process may open. 0: 4096, where the system allows it.',
    example: 'server.max-fds = 16384',
  }),
  'server.max-connections': short({
    scope: 'server',
    since: '1.4.3',
    default: 0,
    doc: 'How many connections a worker serves at once; more wait to be accepted. 0: a third of server.max-fds.',
    example: 'server.max-connections = 1024',
  }),
  'server.core-files': bool({
    scope: 'server',
    since: '1.4.9',
    change: 'restart',
    doc: 'Write a core file where a process crashes.',
    example: 'server.core-files = "enable"',
  }),
  'server.event-handler': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    entry: oneOf(eventHandlers, false),
    doc: 'The system call that waits for events.',
    example: 'server.event-handler = "linux-sysepoll"',
    inert: 'Node.js chooses it.',
  }),
  'server.network-backend': string({
    scope: 'server',
    since: '1.4.7',
    default: '',
    entry: oneOf(networkBackends, true),
    doc: 'The system call that sends data.',
    example: 'server.network-backend = "sendfile"',
    inert: 'Node.js chooses it.',
  }),
};
