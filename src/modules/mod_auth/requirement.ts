import type { Origin } from '../../base/source-range.js';
import type { ReadContext } from '../../config/directive.js';
import { readSwitch } from '../../config/directive.js';
import type { ArrayElement, ArrayValue } from '../../config/tree.js';
import { type AuthRule, type DigestAlgorithm, digestAlgorithms } from '../../plugin/auth-backend.js';

const schemes = ['basic', 'digest', 'extern'] as const;
type AuthScheme = (typeof schemes)[number];

/** One entry of `auth.require`. Its identity is part of the key in `auth.cache`. */
export interface Requirement extends AuthRule {
  /** Plain prefix of the URL paths it protects, and the same in lower case. */
  readonly path: string;
  readonly pathLower: string;
  readonly scheme: AuthScheme;
  /** Null where nonces carry no proof of their maker. */
  readonly nonceSecret: string | null;
  readonly offersUserHash: boolean;
  readonly origin: Origin;
}

/** The first requirement whose path is a prefix of the URL's: it alone decides, as in lighttpd. */
export function findRequirement(
  requirements: readonly Requirement[],
  path: string,
  ignoreCase: boolean,
): Requirement | null {
  if (ignoreCase) {
    const lower = path.toLowerCase();
    return requirements.find((requirement) => lower.startsWith(requirement.pathLower)) ?? null;
  }
  for (const requirement of requirements) if (path.startsWith(requirement.path)) return requirement;
  return null;
}

/** Reads `auth.require`; undefined where any entry is wrong, all of them reported. */
export function readRequirements(
  array: ArrayValue,
  context: ReadContext,
): readonly Requirement[] | undefined {
  const out: Requirement[] = [];
  let failed = false;
  for (const element of array.elements) {
    const requirement = readRequirement(element, context);
    if (requirement === undefined) {
      failed = true;
      continue;
    }
    const earlier = out.find(({ path }) => requirement.path.startsWith(path));
    if (earlier)
      context.warn(
        `"${requirement.path}" can never match: "${earlier.path}" before it matches first`,
        'Put longer paths before shorter ones.',
        element.value.origin,
      );
    out.push(requirement);
  }
  return failed ? undefined : out;
}

function readRequirement(element: ArrayElement, context: ReadContext): Requirement | undefined {
  const { origin } = element.value;
  const fields = readFields(element, context);
  if (fields === undefined) return undefined;
  const scheme = schemes.find((name) => name === fields.get('method'));
  if (scheme === undefined)
    return context.fail('"method" is missing or unknown', 'It is "basic", "digest" or "extern".', origin);
  const realm = fields.get('realm');
  if (realm === undefined)
    return context.fail('"realm" is missing', 'Name the area: "realm" => "Members".', origin);
  const rules = readRules(fields.get('require') ?? '', (summary, detail) => {
    context.fail(summary, detail, origin);
  });
  const algorithms = readAlgorithms(fields.get('algorithm') ?? '');
  if (algorithms === undefined)
    context.fail(
      `"${fields.get('algorithm')}" is no list of digest algorithms`,
      `Join names with "|" and no spaces: ${digestAlgorithms.join('|')}.`,
      origin,
    );
  if (rules === undefined || algorithms === undefined) return undefined;
  if (rules.hosts.length > 0)
    context.warn(
      '"host=" in "require" matches nobody',
      'Use a $HTTP["remote-ip"] condition instead.',
      origin,
    );
  const path = element.key ?? '';
  const userHash = fields.get('userhash');
  return {
    origin,
    path,
    pathLower: path.toLowerCase(),
    scheme,
    realm,
    ...rules,
    algorithms,
    nonceSecret: fields.get('nonce-secret') ?? null,
    offersUserHash:
      userHash !== undefined && readSwitch({ type: 'string', value: userHash, origin }) === true,
  };
}

const fieldNames = ['method', 'realm', 'require', 'algorithm', 'nonce-secret', 'nonce_secret', 'userhash'];

function readFields({ key, value }: ArrayElement, context: ReadContext): Map<string, string> | undefined {
  if (value.type !== 'array') return undefined;
  const fields = new Map<string, string>();
  for (const field of value.elements) {
    const name = field.key ?? '';
    if (!fieldNames.includes(name) || field.value.type !== 'string')
      return context.fail(
        `"${name}" is not a field of "${key}" that takes this value`,
        `The fields are strings: ${fieldNames.join(', ')}.`,
        field.value.origin,
      );
    fields.set(name === 'nonce_secret' ? 'nonce-secret' : name, field.value.value);
  }
  return fields;
}

type Rules = Pick<AuthRule, 'validUser' | 'users' | 'groups' | 'hosts'>;

/** `valid-user`, or `user=a|user=b|group=g|host=h`. A last bar is allowed. */
function readRules(text: string, fail: (summary: string, detail: string) => void): Rules | undefined {
  if (text === 'valid-user') return { validUser: true, users: [], groups: [], hosts: [] };
  const found = { user: [] as string[], group: [] as string[], host: [] as string[] };
  for (const token of text.replace(/(.)\|$/s, '$1').split('|')) {
    const [, kind, name] = /^(user|group|host)=(.+)$/s.exec(token) ?? [];
    if (kind === undefined) {
      const detail = 'It is "valid-user" alone, or names such as "user=ann|user=bob|group=staff".';
      fail(`"${token}" in "require" names nobody`, detail);
      return undefined;
    }
    found[kind as keyof typeof found].push(name);
  }
  return { validUser: false, users: found.user, groups: found.group, hosts: found.host };
}

/** Names joined by bars, in any case; an empty one is MD5, and `-sess` after a name is always allowed. */
function readAlgorithms(text: string): readonly DigestAlgorithm[] | undefined {
  const named = text.split('|').map((name) => parseAlgorithm(name)?.algorithm);
  if (named.includes(undefined)) return undefined;
  return digestAlgorithms.filter((algorithm) => named.includes(algorithm));
}

/** Reads the name of an algorithm as settings and clients spell it; null where it is unknown. */
export function parseAlgorithm(text: string): { algorithm: DigestAlgorithm; isSession: boolean } | null {
  const upper = text.toUpperCase();
  const isSession = upper.endsWith('-SESS');
  const name = isSession ? upper.slice(0, -5) : upper;
  const algorithm = text === '' ? 'MD5' : digestAlgorithms.find((known) => known === name);
  return algorithm === undefined ? null : { algorithm, isSession };
}

/** The names of lighttpd's own file backends; any other `NAME` comes from `mod_authn_NAME`. */
const fileBackends = ['htdigest', 'htpasswd', 'plain'];

/** The module that offers a backend. */
export function backendModule(name: string): string {
  return fileBackends.includes(name) ? 'mod_authn_file' : `mod_authn_${name}`;
}
