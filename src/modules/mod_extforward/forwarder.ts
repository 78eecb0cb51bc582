import type { ReadContext } from '../../config/directive.js';
import type { ArrayValue } from '../../config/tree.js';
import { type IpAddress, matchesPrefix, parseIpAddress } from '../../http/ip-address.js';

interface TrustedNetwork {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** `extforward.forwarder`: which proxies are believed. */
export interface Forwarder {
  /** The value of `all`, which speaks for whoever connects and for nobody in a chain; null where it is not given. */
  readonly trustsAll: boolean | null;
  /** By address (or other identifier) in lower case. */
  readonly byName: ReadonlyMap<string, boolean>;
  readonly networks: readonly TrustedNetwork[];
}

export function trustsPeer(forwarder: Forwarder, peer: IpAddress): boolean {
  return forwarder.trustsAll ?? trustsName(forwarder, peer.text);
}

/** Is this a trusted proxy of a chain? `name` is an address, or what a proxy calls itself in `Forwarded`. */
export function trustsName({ byName, networks }: Forwarder, name: string): boolean {
  const named = byName.get(name.toLowerCase());
  if (named !== undefined) return named;
  if (networks.length === 0 || name === '') return false;
  const address = parseIpAddress(name);
  return address !== null && networks.some(({ bytes, bits }) => matchesPrefix(bytes, address.bytes, bits));
}

export function readForwarder(array: ArrayValue, context: ReadContext): Forwarder | undefined {
  const byName = new Map<string, boolean>();
  const networks: TrustedNetwork[] = [];
  let failed = false;
  for (const { key, value } of array.elements) {
    const name = key ?? '';
    const text = value.type === 'string' ? value.value.toLowerCase() : '';
    const isTrusted = text === 'trust';
    if (!isTrusted && text !== 'untrusted')
      context.warn(`"${name}" is not trusted`, 'Write "trust" or "untrusted".', value.origin);
    const isNetwork = name.includes('/') && !name.startsWith('/');
    // the text of a network is no address that a header could name
    byName.set(name.toLowerCase(), isTrusted && !isNetwork);
    if (!isNetwork) continue;
    const network = readNetwork(name);
    if (!isTrusted)
      context.warn('an untrusted network has no effect', 'Trust smaller networks instead.', value.origin);
    else if (network !== null) networks.push(network);
    else {
      context.fail(`"${name}" is no network`, 'Write an address, "/" and 1 or more bits.', value.origin);
      failed = true;
    }
  }
  return failed ? undefined : { trustsAll: byName.get('all') ?? null, byName, networks };
}

function readNetwork(text: string): TrustedNetwork | null {
  const [, name, bits] = /^([^/]*)\/0*([1-9]\d*)$/.exec(text) ?? [];
  const address = name ? parseIpAddress(name) : null;
  return address === null ? null : { bytes: address.bytes, bits: Number(bits) };
}
