import type { MaybeAsync } from './handler-result.js';
import type { RequestState } from './request-state.js';

/** Digest algorithms (RFC 7616), strongest first, as they are offered to clients. */
export const digestAlgorithms = ['SHA-512-256', 'SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** Names as node:crypto spells them. */
export const digestHashName: Readonly<Record<DigestAlgorithm, string>> = {
  'SHA-512-256': 'sha512-256',
  'SHA-256': 'sha256',
  MD5: 'md5',
};

/** What one rule of `auth.require` asks for. Text is latin1. */
export interface AuthRule {
  readonly realm: string;
  readonly validUser: boolean;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly hosts: readonly string[];
  /** In the order of `digestAlgorithms`. */
  readonly algorithms: readonly DigestAlgorithm[];
}

/** May this user pass (lighttpd's `http_auth_match_rules`)? `groups` are those that the backend knows the user in. */
export function ruleAllows(rule: AuthRule, user: string, groups: readonly string[] = []): boolean {
  if (rule.validUser || rule.users.includes(user)) return true;
  return rule.groups.length > 0 && groups.some((group) => rule.groups.includes(group));
}

/** The user a digest is looked up for. */
export interface DigestQuery {
  /** The name, or H(name:realm) in lower-case hex where `isUserHash`. */
  readonly user: string;
  readonly isUserHash: boolean;
  readonly realm: string;
  readonly algorithm: DigestAlgorithm;
}

/** H(user:realm:password), and the name it belongs to. */
export interface DigestSecret {
  readonly user: string;
  readonly digest: Buffer;
}

/**
 * Where users and passwords come from. A module offers its backends in `start`, under `authBackendService(name)`,
 * and mod_auth finds them by the name in `auth.backend`. A backend never blocks: slow work happens elsewhere.
 */
export interface AuthBackend {
  /** Does the password belong to the user, and does the rule let the user in? Missing: no basic authentication. */
  checkPassword?(request: RequestState, rule: AuthRule, user: string, password: string): MaybeAsync<boolean>;
  /** Null for an unknown user. Missing: no digest authentication. */
  digestSecret?(request: RequestState, query: DigestQuery): MaybeAsync<DigestSecret | null>;
}

/** The key in `server.services`. */
export function authBackendService(name: string): string {
  return `auth-backend:${name}`;
}
