import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import type { ConfigTree } from '../config/tree.js';
import { formatIpv6, parseIpv6 } from '../http/ip-address.js';
import type { CheckedConfiguration } from '../modules/check-configuration.js';
import type { SocketSettings } from '../plugin/server-settings.js';

/** Where one socket listens. */
export interface ListenAddress {
  /** As conditions compare it: `192.0.2.1:80`, `[::]:80`, `/run/web.sock`. */
  readonly token: string;
  /** An address, or the path of a socket file (then `port` is 0). */
  readonly host: string;
  readonly port: number;
  /** The block that opens it; 0 for server.bind and server.port. */
  readonly block: number;
  readonly settings: SocketSettings;
}

/** All sockets that a configuration listens on, and its conditions in the spelling of their tokens. */
export interface ListenPlan {
  readonly addresses: readonly ListenAddress[];
  readonly tree: ConfigTree;
}

/**
 * Reads `$SERVER["socket"]`, server.bind and server.port (network_init). Blocks come first: a socket that both name
 * has the block's settings. Throws where a host name is unknown.
 */
export async function planListening(checked: CheckedConfiguration): Promise<ListenPlan> {
  const { tree, server } = checked;
  const addresses = new Map<string, ListenAddress>();
  const tokens = new Map<number, string>();
  for (const { index, condition } of tree.blocks) {
    if (condition?.field !== 'socket' || (condition.operator !== '==' && condition.operator !== '!='))
      continue;
    const settings = checked.socketSettings(index);
    const address = {
      ...(await resolve(condition.value, server.port, settings.useIpv6)),
      block: index,
      settings,
    };
    tokens.set(index, address.token);
    if (condition.operator === '==' && !addresses.has(address.token)) addresses.set(address.token, address);
  }
  const settings = checked.socketSettings(0);
  const text = /^[/\\]/.test(server.bind) ? server.bind : `${server.bind}:${server.port}`;
  const main = { ...(await resolve(text, server.port, settings.useIpv6)), block: 0, settings };
  if (!addresses.has(main.token)) addresses.set(main.token, main);
  return { addresses: [...addresses.values()], tree: withTokens(tree, tokens) };
}

function withTokens(tree: ConfigTree, tokens: ReadonlyMap<number, string>): ConfigTree {
  if (tokens.size === 0) return tree;
  const blocks = tree.blocks.map((block) => {
    const value = tokens.get(block.index);
    return value === undefined || block.condition === null
      ? block
      : { ...block, condition: { ...block.condition, value } };
  });
  return { ...tree, blocks };
}

type Resolved = Pick<ListenAddress, 'token' | 'host' | 'port'>;

async function resolve(text: string, defaultPort: number, useIpv6: boolean): Promise<Resolved> {
  if (/^[/\\]/.test(text)) return { token: text, host: text, port: 0 };
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text);
  const name = parts?.[1] ?? '';
  const port = parts?.[2] === undefined ? defaultPort : Number(parts[2]);
  const isIpv6 = name.startsWith('[') || (useIpv6 && name !== '*');
  const bare = name.startsWith('[') ? name.slice(1, -1) : name === '*' ? '' : name;
  const host = bare === '' ? (isIpv6 ? '::' : '0.0.0.0') : await addressOf(bare, isIpv6);
  const bytes = parseIpv6(host);
  return { token: `${bytes === null ? host : `[${formatIpv6(bytes)}]`}:${port}`, host, port };
}

async function addressOf(name: string, isIpv6: boolean): Promise<string> {
  if (net.isIP(name) !== 0) return name;
  return (await lookup(name, { family: isIpv6 ? 6 : 4 })).address;
}
