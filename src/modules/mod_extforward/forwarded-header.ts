import { type IpAddress, parseIpAddress } from '../../http/ip-address.js';
import { type Forwarder, trustsName } from './forwarder.js';

/** What a `Forwarded` header says about the client, where proxies that are trusted have written it. */
export interface ForwardedClient {
  readonly address: IpAddress;
  /** As sent, quotes taken off; undefined where it is not given. */
  readonly proto: string | undefined;
  /** Null where a quoted value ends in a backslash. */
  readonly host: string | null | undefined;
  readonly remoteUser: string | null | undefined;
}

/** A header that cannot be trusted to mean what it says: answer 400. `line` is lighttpd's in mod_extforward.c. */
export interface ForwardedProblem {
  readonly line: number;
  readonly problem: string;
}

interface Parameter {
  readonly name: string;
  readonly value: string;
}
/** What one proxy has written, up to a comma. */
type Element = readonly Parameter[];

/** lighttpd keeps parameters and commas in a table of this size, four slots a parameter. */
const slotsMax = 252;

/**
 * Reads a Forwarded header (RFC 7239) as lighttpd does: from its end, past proxies that are trusted, to the first
 * address that is not. Null where it names no address. A first element of one parameter is not looked at.
 */
export function readForwarded(
  header: string,
  forwarder: Forwarder,
): ForwardedClient | ForwardedProblem | null {
  const elements = splitElements(header);
  if ('problem' in elements) return elements;
  let client = -1;
  let clientName = '';
  for (let i = elements.length - 1; i >= 0; i--) {
    if (i === 0 && elements[0].length < 2) break;
    const value = lastValue(elements[i], 'for');
    if (value === undefined) continue;
    const name = nodeName(value);
    if (name === null) return { line: 847, problem: 'Invalid IPv6 addr in Forwarded header' };
    if (name === '') continue;
    if (!/^[_/]|^unknown$/.test(name)) {
      client = i;
      clientName = name;
    }
    if (!trustsName(forwarder, name)) break;
  }
  const address = clientName === '' ? null : parseIpAddress(clientName);
  return address === null ? null : describeClient(elements, client, address);
}

function describeClient(elements: readonly Element[], client: number, address: IpAddress): ForwardedClient {
  const own = elements[client];
  const later = elements.slice(client + 1).flat();
  // any trusted proxy may have changed the host, the first one that says so counts; the last to name a user counts
  const host = lastValue(own, 'host') ?? later.find(({ name }) => name === 'host')?.value;
  const remoteUser = lastValue(later, 'remote_user') ?? lastValue(own, 'remote_user');
  const proto = lastValue(own, 'proto');
  return {
    address,
    proto: proto && withoutQuotes(proto),
    host: host && unescaped(host),
    remoteUser: remoteUser && unescaped(remoteUser),
  };
}

function splitElements(header: string): readonly Element[] | ForwardedProblem {
  const elements: Parameter[][] = [[]];
  const parameter = /[ \t]*(?:([;,])|((?:[^=;,"]|"(?:[^"\\]|\\.)*")*)(=((?:[^;,"]|"(?:[^"\\]|\\.)*")*))?)/sy;
  let slots = 0;
  while (parameter.lastIndex < header.length) {
    const at = parameter.lastIndex;
    const match = parameter.exec(header);
    if (match === null || parameter.lastIndex === at) return badQuotes;
    const [, separator, name, assignment, value] = match;
    if (separator === ',') {
      elements.push([]);
      slots++;
    } else if (assignment !== undefined && name !== '') {
      elements.at(-1)!.push({ name: name.toLowerCase(), value });
      slots += 4;
    }
    if (slots > slotsMax) return { line: 815, problem: 'Too many params in Forwarded header' };
  }
  return elements;
}

/** An open quote could hide that a client has written what looks like a proxy's words. */
const badQuotes: ForwardedProblem = { line: 786, problem: 'invalid quoted-string in Forwarded header' };

function lastValue(parameters: readonly Parameter[], name: string): string | undefined {
  return parameters.findLast((parameter) => parameter.name === name)?.value;
}

/** The address, path or identifier of `for=`, without port and brackets; null for a bracket that does not close. */
function nodeName(value: string): string | null {
  const text = value.replace(/[ \t]+$/, '');
  const inner = withoutQuotes(text);
  if (inner === text) return text;
  if (inner.startsWith('[')) {
    const end = inner.lastIndexOf(']');
    return end > 1 ? inner.slice(1, end) : null;
  }
  return /^[_/u]/.test(inner) ? inner : inner.replace(/:.*$/s, '');
}

function withoutQuotes(value: string): string {
  const text = value.replace(/[ \t]+$/, '');
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function unescaped(value: string): string | null {
  const inner = withoutQuotes(value);
  if (!inner.includes('\\') || inner === value.replace(/[ \t]+$/, '')) return inner;
  return /^(?:[^\\]|\\.)*$/s.test(inner) ? inner.replace(/\\(.)/gs, '$1') : null;
}
