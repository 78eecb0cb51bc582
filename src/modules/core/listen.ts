import { bool, int, short, string } from '../../config/directive.js';

/** Permissions of a socket file, written in octal; text with other characters means what lighttpd made of it. */
function readPermissions(text: string): number {
  let mode = 0;
  for (const digit of text) mode = (mode << 3) | (digit.charCodeAt(0) - 48);
  return mode & 0o7777;
}

const noSocketOption = 'Node.js has no call for this socket option.';

/** Where the server listens. */
export const listenDirectives = {
  'server.port': short({
    scope: 'server',
    since: '1.4.1',
    default: 0,
    doc: 'The TCP port to listen on. Unset or 0: 80, or 443 where ssl.engine is enabled for the whole server.',
    example: 'server.port = 8080',
  }),
  'server.bind': string({
    scope: 'server',
    since: '1.4.1',
    default: '',
    doc: 'The address, host name or socket file to listen on. Empty: every IPv4 address. IPv6 addresses stand in brackets.',
    example: 'server.bind = "127.0.0.1"',
  }),
  'server.systemd-socket-activation': bool({
    scope: 'server',
    since: '1.4.53',
    doc: 'Take over the sockets that systemd opened (LISTEN_FDS); only those that are missing are opened.',
    example: 'server.systemd-socket-activation = "enable"',
  }),
  'server.listen-backlog': int({
    scope: 'socket',
    since: '1.4.40',
    default: 4096,
    doc: 'How many connections may wait to be accepted. The kernel may set a lower limit.',
    example: 'server.listen-backlog = 1024',
  }),
  'server.socket-perms': string({
    scope: 'socket',
    since: '1.4.46',
    entry: readPermissions,
    doc: 'Permissions of the socket file, in octal, where the server listens on one. Unset: what the umask leaves.',
    example: 'server.socket-perms = "0660"',
  }),
  'server.use-ipv6': bool({
    scope: 'socket',
    since: '1.4.1',
    doc: 'Look host names up as IPv6 addresses, and listen on [::] where no address is given.',
    example: 'server.use-ipv6 = "enable"',
  }),
  'server.set-v6only': bool({
    scope: 'socket',
    since: '1.4.27',
    default: true,
    doc: 'An IPv6 socket takes IPv6 connections only. server.v4mapped has the same meaning, reversed, and wins.',
    example: 'server.set-v6only = "enable"',
  }),
  'server.v4mapped': bool({
    scope: 'socket',
    since: '1.4.56',
    default: undefined,
    doc: 'An IPv6 socket takes IPv4 connections too, as v4-mapped addresses.',
    example: 'server.v4mapped = "enable"',
  }),
  'server.defer-accept': bool({
    scope: 'socket',
    since: '1.4.23',
    doc: 'Let the kernel hand over a connection only once it has data to read.',
    example: 'server.defer-accept = "enable"',
    inert: noSocketOption,
  }),
  'server.bsd-accept-filter': string({
    scope: 'socket',
    since: '1.4.40',
    default: '',
    doc: 'The accept filter of the BSD kernels: "httpready" or "dataready".',
    example: 'server.bsd-accept-filter = "httpready"',
    inert: noSocketOption,
  }),
  'server.ip-transparent': bool({
    scope: 'socket',
    since: '1.4.77',
    doc: 'Listen on addresses that do not belong to this machine (IP_TRANSPARENT).',
    example: 'server.ip-transparent = "enable"',
    inert: noSocketOption,
  }),
};
