/**
 * mod_auth: asks for a name and a password before a part of the site is served (`auth.require`), by HTTP Basic or
 * Digest authentication, or takes a user that another module has found (`extern`). Runs once the path is decoded.
 * Names and passwords come from a backend: mod_authn_file, mod_authn_ldap and others (plugin/auth-backend.ts).
 */
import { array, arrayMap, bool, type ConfigOf, readNumber, short, string } from '../../config/directive.js';
import { type AuthBackend, authBackendService, ruleAllows } from '../../plugin/auth-backend.js';
import {
  type CheckContext,
  defineModule,
  type ExplainLine,
  type StartContext,
} from '../../plugin/define-module.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type Access, refuse } from './access.js';
import { AuthCache, PasswordSeal } from './auth-cache.js';
import { checkBasic } from './basic.js';
import { checkDigest } from './digest.js';
import { backendModule, findRequirement, readRequirements } from './requirement.js';

interface CacheOptions {
  readonly maxAgeSeconds: number;
}

const directives = {
  'auth.backend': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Where names and passwords come from: plain, htpasswd or htdigest (mod_authn_file), ldap and others.',
    example: 'auth.backend = "htpasswd"',
    /** An empty name leaves the setting of an outer block as it is. */
    entry: (name) => (name === '' ? undefined : name),
  }),
  'auth.require': arrayMap({
    scope: 'connection',
    since: '1.4.1',
    doc: 'What is protected, by prefix of the URL path, and who may enter. The first match decides.',
    example:
      'auth.require = ( "/members/" => ( "method" => "basic", "realm" => "Members", "require" => "valid-user" ) )',
    build: readRequirements,
  }),
  'auth.extern-authn': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: 'Take a user that an earlier module has found (a client certificate, a trusted proxy) without asking again.',
    example: 'auth.extern-authn = "enable"',
  }),
  'auth.cache': array({
    scope: 'connection',
    since: '1.4.56',
    doc: 'Keep what the backend has answered for max-age seconds (600 where it is no number).',
    example: 'auth.cache = ( "max-age" => "600" )',
    build: ({ elements }): CacheOptions => {
      const maxAge = elements.find(({ key }) => key === 'max-age');
      return { maxAgeSeconds: (maxAge && readNumber(maxAge.value)) ?? 600 };
    },
  }),
  'auth.debug': short({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.41',
    doc: 'Wrote details of each check to the error log.',
    example: 'auth.debug = 2',
    inert: 'lighttpd dropped it; failures are always logged.',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly caches: ReadonlyMap<CacheOptions, AuthCache>;
  readonly seal: PasswordSeal;
  readonly delay: Access['delay'];
  /** Answers to wrong credentials that wait for the next second. */
  readonly delayed: (() => void)[];
  readonly monotonicSeconds: () => number;
}

export const modAuth = defineModule({
  name: 'mod_auth',
  directives,
  isUsed: (config) => (config['auth.require']?.length ?? 0) > 0,
  check: checkBackends,
  start,
  hooks: { uriClean: checkAccess, trigger },
  stop: releaseDelayed,
  explain: explainRequirement,
});

function checkBackends({ settings, moduleNames, diagnostics, originOf }: CheckContext<Config>): void {
  for (const { block, values } of [{ block: 0, values: settings.base }, ...settings.layers]) {
    const name = values['auth.backend'];
    if (name === undefined || moduleNames.includes(backendModule(name))) continue;
    const detail = `Add "${backendModule(name)}" to server.modules.`;
    const origin = originOf('auth.backend', block);
    diagnostics.error('invalid-value', origin, `no loaded module offers auth.backend "${name}"`, detail);
  }
}

function start({ settings, server }: StartContext<Config>): State {
  const caches = new Map<CacheOptions, AuthCache>();
  for (const values of [settings.base, ...settings.layers.map((layer) => layer.values)]) {
    const options = values['auth.cache'];
    if (options !== undefined) caches.set(options, new AuthCache(options.maxAgeSeconds));
  }
  const delayed: (() => void)[] = [];
  const isDelayed = server.features.bool('auth.delay-invalid-creds', true);
  const saysGoodbye = server.features.bool('auth.http-goaway-invalid-creds', true);
  const delay: Access['delay'] = (request, result) => {
    request.keepAlive = false;
    request.closesConnection = saysGoodbye;
    return isDelayed ? new Promise((resolve) => delayed.push(() => resolve(result))) : result;
  };
  return {
    caches,
    seal: new PasswordSeal(),
    delay,
    delayed,
    monotonicSeconds: () => server.clock.monotonicSeconds,
  };
}

function explainRequirement(request: RequestState, config: Config): readonly ExplainLine[] {
  const requirements = config['auth.require'] ?? [];
  const ignoreCase = request.conf.forceLowercaseFilenames;
  const requirement = findRequirement(requirements, request.uri.path, ignoreCase);
  if (requirement === null) return [];
  const { scheme, realm, validUser, users, groups, origin } = requirement;
  const named = [...users.map((user) => `user ${user}`), ...groups.map((group) => `group ${group}`)];
  const who = validUser ? 'any valid user' : named.join(', ');
  const backend = scheme === 'extern' ? '' : `, by auth.backend "${config['auth.backend'] ?? ''}"`;
  const text = `asks for a user (${scheme}, realm "${realm}"${backend}): ${who}; without one the answer is 401`;
  return [{ text, origin }];
}

function checkAccess(request: RequestState, config: Config, state: State): MaybeAsync<HandlerResult> {
  const requirements = config['auth.require'];
  if (requirements === undefined) return HandlerResult.goOn;
  const ignoreCase = request.conf.forceLowercaseFilenames;
  const requirement = findRequirement(requirements, request.uri.path, ignoreCase);
  if (requirement === null) return HandlerResult.goOn;

  const externalUser = request.env.get('REMOTE_USER');
  const isExternalUserAllowed = externalUser !== undefined && ruleAllows(requirement, externalUser);
  if (isExternalUserAllowed && config['auth.extern-authn']) return HandlerResult.goOn;
  if (requirement.scheme === 'extern')
    return isExternalUserAllowed ? HandlerResult.goOn : refuse(request, 401);

  const name = config['auth.backend'];
  const backend = name === undefined ? undefined : request.server.services.get(authBackendService(name));
  const cacheOptions = config['auth.cache'];
  const access: Access = {
    requirement,
    backend: (backend as AuthBackend | undefined) ?? null,
    cache: (cacheOptions && state.caches.get(cacheOptions)) ?? null,
    seal: state.seal,
    delay: state.delay,
  };
  return requirement.scheme === 'basic' ? checkBasic(request, access) : checkDigest(request, access);
}

function trigger(state: State): void {
  releaseDelayed(state);
  const now = state.monotonicSeconds();
  if (now % 8 === 0) for (const cache of state.caches.values()) cache.removeExpired(now);
}

function releaseDelayed({ delayed }: State): void {
  for (const answer of delayed.splice(0)) answer();
}
