/**
 * mod_authn_file: users and passwords from files, for mod_auth: `plain`, `htpasswd` and `htdigest`. Runs no hook of
 * its own. A file that has changed is read again at the next request; slow hashes are computed in a thread.
 */
import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { decodeBase64Loosely } from '../../base/base64.js';
import { sameSecret } from '../../base/same-secret.js';
import { type ConfigOf, string } from '../../config/directive.js';
import type { SettingsSource } from '../../config/patch.js';
import { WatchedText } from '../../files/watched-text.js';
import {
  type AuthBackend,
  type AuthRule,
  authBackendService,
  type DigestQuery,
  type DigestSecret,
  digestHashName,
  ruleAllows,
} from '../../plugin/auth-backend.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import type { MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { HashQueue } from './hash-queue.js';
import { digestKey, parseDigests, parseGroups, parsePasswords, type UserFile } from './user-files.js';

const fileBytesMax = 64 * 1024 * 1024;

const directives = {
  'auth.backend.plain.userfile': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Users with their passwords as they are, a line each: name:password.',
    example: 'auth.backend.plain.userfile = "/etc/lighttpd/users"',
  }),
  'auth.backend.plain.groupfile': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Groups of users, a line each: group: name name. Read where the feature flag auth.group-files is on.',
    example: 'auth.backend.plain.groupfile = "/etc/lighttpd/groups"',
  }),
  'auth.backend.htpasswd.userfile': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Users with hashed passwords, as htpasswd, openssl passwd and mkpasswd write them: name:hash.',
    example: 'auth.backend.htpasswd.userfile = "/etc/lighttpd/htpasswd"',
  }),
  'auth.backend.htdigest.userfile': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Users with digests of their passwords, as htdigest writes them: name:realm:digest.',
    example: 'auth.backend.htdigest.userfile = "/etc/lighttpd/htdigest"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modAuthnFile = defineModule({
  name: 'mod_authn_file',
  directives,
  start,
  stop: (state) => state.queue.stop(),
});

function start({ settings, server }: StartContext<Config>): FileBackends {
  const backends = new FileBackends(settings, server.features.bool('auth.group-files', false));
  for (const [name, backend] of Object.entries(backends.offers()))
    server.services.set(authBackendService(name), backend);
  return backends;
}

class FileBackends {
  readonly queue = new HashQueue();
  private readonly settings: SettingsSource<Config>;
  private readonly usesGroups: boolean;
  private readonly passwords = new FileSet(parsePasswords, 'username:password');
  private readonly digests = new FileSet(parseDigests, 'username:realm:digest[:userhash]');
  private readonly groups = new FileSet(parseGroups, 'group: username username');

  constructor(settings: SettingsSource<Config>, usesGroups: boolean) {
    this.settings = settings;
    this.usesGroups = usesGroups;
  }

  offers(): Record<'plain' | 'htpasswd' | 'htdigest', AuthBackend> {
    return {
      plain: {
        checkPassword: (request, rule, user, password) => {
          const known = this.passwords.find(
            request,
            this.config(request)['auth.backend.plain.userfile'],
            user,
          );
          return known !== undefined && sameSecret(known, password) && this.allows(request, rule, user);
        },
        digestSecret: (request, query) => {
          const known = this.passwords.find(
            request,
            this.config(request)['auth.backend.plain.userfile'],
            query.user,
          );
          return known === undefined ? null : { user: query.user, digest: digestOf(query, known) };
        },
      },
      htpasswd: { checkPassword: (...args) => this.checkHash(...args) },
      htdigest: {
        checkPassword: (...args) => this.checkDigestPassword(...args),
        digestSecret: (request, query) => this.storedDigest(request, query),
      },
    };
  }

  private config(request: RequestState): Config {
    return this.settings.select(request.conditions);
  }

  private checkHash(
    request: RequestState,
    rule: AuthRule,
    user: string,
    password: string,
  ): MaybeAsync<boolean> {
    const path = this.config(request)['auth.backend.htpasswd.userfile'];
    const stored = this.passwords.find(request, path, user);
    if (stored === undefined) return false;
    if (stored.startsWith('{SHA}'))
      return matchesSha1(password, stored.slice(5)) && this.allows(request, rule, user);
    if (!isSlowHash(stored)) {
      const message = `the password of ${user} in ${path} is not hashed in a way that is understood here`;
      request.conf.errorLog.error('mod_authn_file.c', message);
      return false;
    }
    const { remoteAddress, connection } = request;
    return this.queue
      .verify(remoteAddress.text, password, stored, connection.aborted)
      .then((isRight) => isRight && this.allows(request, rule, user));
  }

  private checkDigestPassword(
    request: RequestState,
    rule: AuthRule,
    user: string,
    password: string,
  ): boolean {
    // one algorithm for all lines of the file: SHA-256 before the others where several are named
    const algorithm = rule.algorithms.includes('SHA-256') ? 'SHA-256' : rule.algorithms[0];
    const query: DigestQuery = { user, isUserHash: false, realm: rule.realm, algorithm };
    const stored = this.storedDigest(request, query);
    if (stored === null || !timingSafeEqual(stored.digest, digestOf(query, password))) return false;
    return this.allows(request, rule, user);
  }

  private storedDigest(
    request: RequestState,
    { user, isUserHash, realm, algorithm }: DigestQuery,
  ): DigestSecret | null {
    const path = this.config(request)['auth.backend.htdigest.userfile'];
    const lines = this.digests.find(request, path, digestKey(isUserHash, user, realm)) ?? [];
    const found = lines.find(({ digest }) => digest.length === (algorithm === 'MD5' ? 32 : 64));
    if (found === undefined || !/^[0-9a-f]+$/i.test(found.digest)) return null;
    return { user: found.user, digest: Buffer.from(found.digest, 'hex') };
  }

  private allows(request: RequestState, rule: AuthRule, user: string): boolean {
    if (ruleAllows(rule, user)) return true;
    if (!this.usesGroups || rule.groups.length === 0) return false;
    const path = this.config(request)['auth.backend.plain.groupfile'];
    return ruleAllows(rule, user, this.groups.find(request, path, user));
  }
}

/** The files of one kind, by path, each read when first asked for. */
class FileSet<T> {
  private readonly parse: (text: string) => UserFile<T>;
  private readonly lineFormat: string;
  private readonly files = new Map<string, WatchedText<UserFile<T>>>();

  constructor(parse: (text: string) => UserFile<T>, lineFormat: string) {
    this.parse = parse;
    this.lineFormat = lineFormat;
  }

  /** Undefined too where there is no such file, which is logged; an empty path is none. */
  find(request: RequestState, path: string | undefined, key: string): T | undefined {
    if (!path) return undefined;
    const log = request.conf.errorLog;
    let file = this.files.get(path);
    if (file === undefined) {
      file = new WatchedText(path, fileBytesMax, (text) => {
        const parsed = this.parse(text);
        if (parsed.badLines > 0)
          log.error(
            'mod_authn_file.c',
            `${parsed.badLines} line(s) of ${path} are not '${this.lineFormat}' and are passed over`,
          );
        return parsed;
      });
      this.files.set(path, file);
    }
    try {
      return file.get().entries.get(key);
    } catch (error) {
      log.error('mod_authn_file.c', `cannot read ${path}: ${(error as Error).message}`);
      return undefined;
    }
  }
}

function digestOf({ user, realm, algorithm }: DigestQuery, password: string): Buffer {
  return createHash(digestHashName[algorithm]).update(`${user}:${realm}:${password}`, 'latin1').digest();
}

/** `{SHA}` of htpasswd: a plain SHA-1, which costs next to nothing and so is computed at once. */
function matchesSha1(password: string, encoded: string): boolean {
  const stored = decodeBase64Loosely(encoded);
  return (
    stored.length === 20 && timingSafeEqual(stored, hash('sha1', Buffer.from(password, 'latin1'), 'buffer'))
  );
}

/** The kinds of crypt(3) that the thread knows, by how they begin; 13 and more characters without a `$` are DES. */
function isSlowHash(stored: string): boolean {
  return /^\$(?:apr1|1|1\+ntlm|2[aby]|3|5|6|7|sha1|y)\$|^_?[./0-9A-Za-z]{13}/.test(stored);
}
