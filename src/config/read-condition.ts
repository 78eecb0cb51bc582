import type { Origin } from '../base/source-range.js';
import { normalizeHost } from '../http/host.js';
import { formatIpv6, parseIpv4, parseIpv6 } from '../http/ip-address.js';
import type { Condition, ConditionField, ConditionOperator } from './tree.js';

type Comparison = Exclude<ConditionOperator, 'else'>;

/** A condition as written, its values known: `$object["key"] operator "value"`. */
export interface WrittenCondition {
  readonly object: string;
  readonly key: string;
  readonly operator: Comparison;
  readonly value: string;
}

const httpFields: ReadonlyMap<string, { field: ConditionField; header: string }> = new Map([
  ['url', { field: 'url', header: '' }],
  ['host', { field: 'host', header: '' }],
  ['remoteip', { field: 'remoteIp', header: '' }],
  ['remote-ip', { field: 'remoteIp', header: '' }],
  ['querystring', { field: 'queryString', header: '' }],
  ['query-string', { field: 'queryString', header: '' }],
  ['request-method', { field: 'requestMethod', header: '' }],
  ['scheme', { field: 'scheme', header: '' }],
  ['referer', { field: 'requestHeader', header: 'referer' }],
  ['cookie', { field: 'requestHeader', header: 'cookie' }],
  ['user-agent', { field: 'requestHeader', header: 'user-agent' }],
  ['useragent', { field: 'requestHeader', header: 'User-Agent' }],
  ['language', { field: 'requestHeader', header: 'Accept-Language' }],
]);

/** The names that `$HTTP["..."]` knows, for suggestions. */
export const httpFieldNames: readonly string[] = [...httpFields.keys()];

/**
 * A pattern of plain text with `^` before or `$` after it is no pattern: it becomes a prefix, a suffix or an equality
 * (configparser_simplify_regex). Other backslashes or dots than that of `\.ext$` leave it a pattern.
 */
export function simplifyCondition(written: WrittenCondition): WrittenCondition {
  const { object, operator, value } = written;
  if (operator !== '=~' || object === 'SERVER') return written;
  const atStart = value.startsWith('^');
  const atEnd = value.endsWith('$');
  if (!atStart && !atEnd) return written;
  const isExtension = atEnd && value.startsWith('\\.');
  const plain = value.slice(isExtension ? 2 : atStart ? 1 : 0, atEnd ? value.length - 1 : value.length);
  if (/[\\^$.|?*+()[\]{}]/.test(plain)) return written;
  if (isExtension) return { ...written, operator: '=$', value: `.${plain}` };
  return { ...written, operator: atEnd ? (atStart ? '==' : '=$') : '=^', value: plain };
}

/** As `-p` prints it; also the name of the block. */
export function conditionText({ object, key, operator, value }: WrittenCondition): string {
  return `$${object}["${key}"] ${operator} "${value}"`;
}

/** The condition, checked; or a summary and a detail of what is wrong with it. */
export function readCondition(written: WrittenCondition, origin: Origin): Condition | [string, string] {
  const known = fieldOf(written);
  if (known === null) return unknownField(written);
  const { field, header } = known;
  const { operator } = written;
  const isPattern = operator === '=~' || operator === '!~';
  const value = isPattern && field !== 'socket' ? written.value : checkText(field, written.value);
  if (typeof value !== 'string') return value;
  return { field, header, operator, value, text: conditionText(written), origin };
}

function fieldOf({ object, key }: WrittenCondition): { field: ConditionField; header: string } | null {
  if (object === 'HTTP') return httpFields.get(key) ?? null;
  if (object === 'REQUEST_HEADER') return { field: 'requestHeader', header: key };
  return object === 'SERVER' && key === 'socket' ? { field: 'socket', header: '' } : null;
}

function unknownField({ object, key }: WrittenCondition): [string, string] {
  if (object === 'HTTP') {
    const detail = `Known are ${httpFieldNames.join(', ')}; other request headers are $REQUEST_HEADER["..."].`;
    return [`There is no condition $HTTP["${key}"]`, detail];
  }
  if (object === 'SERVER') return [`There is no condition $SERVER["${key}"]`, 'Known is $SERVER["socket"].'];
  return [
    `There is no condition $${object}`,
    'Known are $HTTP["..."], $REQUEST_HEADER["..."] and $SERVER["socket"].',
  ];
}

/** The value in the spelling that requests are compared in. */
function checkText(field: ConditionField, value: string): string | [string, string] {
  if (field === 'remoteIp') return normalizeNetwork(value) ?? wrongAddress(value);
  if (field === 'host') return normalizeHost(value, 0) ?? wrongHost(value);
  if (field !== 'socket' || /^(:|\[\]|\/|\\)/.test(value)) return value;
  return normalizeHost(value, 0) ?? wrongHost(value);
}

function wrongAddress(value: string): [string, string] {
  return [`"${value}" is no address`, 'Write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32.'];
}

function wrongHost(value: string): [string, string] {
  return [`"${value}" is no host name or address`, 'Write name, name:port or [IPv6 address]:port.'];
}

/**
 * An address or network in one spelling (config_remoteip_normalize); null where an IPv4 address is none. Wrong masks
 * and wrong IPv6 addresses are taken as they are, and match nothing.
 */
function normalizeNetwork(value: string): string | null {
  if (value.startsWith('/')) return value;
  const slash = value.indexOf('/');
  const isIpv6 = value.includes(':');
  const mask = slash < 0 ? '' : value.slice(slash + 1);
  const bits = Number.parseInt(mask, 10);
  if (slash >= 0 && (!/^[ \t\n\v\f\r]*\+?\d+$/.test(mask) || bits < 1 || bits > (isIpv6 ? 128 : 32)))
    return value;
  const address = slash < 0 ? value : value.slice(0, slash);
  const suffix = slash < 0 ? '' : `/${bits}`;
  if (!isIpv6) return parseIpv4(address) === null ? null : address + suffix;
  const bytes = parseIpv6(address.replace(/^\[(.*)\]$/, '$1'));
  return (bytes === null ? address : formatIpv6(bytes)) + suffix;
}
