/**
 * Finds users in an LDAP directory and lets it judge their passwords, for mod_auth.
 */

import { unicodeText } from '../../base/latin1.js';
import { bool, type ConfigOf, type ReadContext, string } from '../../config/directive.js';
import {
  type AuthBackend,
  type AuthRule,
  authBackendService,
  ruleAllows,
} from '../../plugin/auth-backend.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { Directory, type DirectoryOptions } from './directory.js';
import { escapeFilterValue, escapeNameValue, filterFor } from './names.js';

/** The filter with `?` where the user belongs; a comma at its start makes it a part of the name instead. */
function readFilter(text: string, context: ReadContext): string | undefined {
  if (text === '' || text.startsWith(',')) return text;
  const filter = text.replaceAll('$', '?');
  if (filter.includes('?')) return filter;
  return context.fail('auth.backend.ldap.filter has no ?', 'Write ? where the user belongs.');
}

/** Servers, by blanks or commas apart, as URLs; a name alone is one of ldap://. */
function readServers(text: string, context: ReadContext): readonly string[] | undefined {
  const urls: string[] = [];
  for (const word of text.split(/[ \t\r\n,]+/).filter(Boolean)) {
    const scheme = /^(ldap|ldaps|ldapi|cldap):\/\//i.exec(word)?.[1].toLowerCase();
    if (scheme === 'ldapi' || scheme === 'cldap')
      return context.fail(
        `${context.key}: ${scheme}:// cannot be spoken here`,
        'Name the server by ldap:// or ldaps://.',
      );
    const url = scheme === undefined ? `ldap://${word}` : word;
    if (!URL.canParse(url))
      return context.fail(`${context.key}: "${word}" is no server`, 'Write ldap://host:port.');
    urls.push(url.replace(/^ldaps?/i, (name) => name.toLowerCase()));
  }
  return urls;
}

const timeoutDefault = 2_000_000;

const directives = {
  'auth.backend.ldap.hostname': string<readonly string[], readonly string[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    entry: readServers,
    doc: 'The servers, as names or as ldap:// or ldaps:// URLs; the first that answers is asked.',
    example: 'auth.backend.ldap.hostname = "ldap.example.org"',
  }),
  'auth.backend.ldap.base-dn': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'Where in the directory users are looked for.',
    example: 'auth.backend.ldap.base-dn = "ou=people,dc=example,dc=org"',
  }),
  'auth.backend.ldap.filter': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    entry: readFilter,
    doc: 'How a user is found, with ? for the name; or, after a comma, what stands behind the name in its DN.',
    example: 'auth.backend.ldap.filter = "(uid=?)"',
  }),
  'auth.backend.ldap.bind-dn': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'Who searches the directory. Empty: nobody in particular.',
    example: 'auth.backend.ldap.bind-dn = "cn=web,dc=example,dc=org"',
  }),
  'auth.backend.ldap.bind-pw': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The password of auth.backend.ldap.bind-dn.',
    example: 'auth.backend.ldap.bind-pw = "secret"',
  }),
  'auth.backend.ldap.starttls': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Encrypt the connection to the server (StartTLS).',
    example: 'auth.backend.ldap.starttls = "enable"',
  }),
  'auth.backend.ldap.ca-file': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The certificates that the server is checked against. Empty: those of the system.',
    example: 'auth.backend.ldap.ca-file = "/etc/ssl/certs/ldap-ca.pem"',
  }),
  'auth.backend.ldap.allow-empty-pw': bool({
    scope: 'connection',
    since: '1.4.14',
    doc: 'Try an empty password too. Servers may take it as an anonymous login, and let anybody in.',
    example: 'auth.backend.ldap.allow-empty-pw = "disable"',
  }),
  'auth.backend.ldap.groupmember': string({
    scope: 'connection',
    since: '1.4.46',
    default: 'memberUid',
    doc: 'The attribute of groups that lists their members.',
    example: 'auth.backend.ldap.groupmember = "memberUid"',
  }),
  'auth.backend.ldap.timeout': string<number, number>({
    scope: 'connection',
    since: '1.4.56',
    default: timeoutDefault,
    entry: (text) => Number.parseInt(text, 10) || 0,
    doc: 'How many microseconds the server may take. Unset: two seconds.',
    example: 'auth.backend.ldap.timeout = "500000"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modAuthnLdap = defineModule({
  name: 'mod_authn_ldap',
  directives,
  isUsed: (config) => (config['auth.backend.ldap.hostname'] ?? []).length > 0,
  keptFiles: ({ base, layers }) =>
    [base, ...layers.map(({ values }) => values)].flatMap(
      (values) => values['auth.backend.ldap.ca-file'] || [],
    ),
  start: (context) => new LdapBackend(context),
  stop: (backend) => backend.stop(),
});

/** Asks for the user's name in the directory, and has the directory check the password for that name. */
class LdapBackend implements AuthBackend {
  private readonly settings: StartContext<Config>['settings'];
  private readonly server: ServerContext;
  /** By what they are asked with. */
  private readonly directories = new Map<string, Directory>();

  constructor({ settings, server }: StartContext<Config>) {
    this.settings = settings;
    this.server = server;
    server.services.set(authBackendService('ldap'), this);
  }

  async checkPassword(
    request: RequestState,
    rule: AuthRule,
    userBytes: string,
    passwordBytes: string,
  ): Promise<boolean> {
    const config = this.settings.select(request.conditions);
    const complain = (problem: string): void =>
      request.conf.errorLog.error('mod_authn_ldap.c', `ldap: ${problem}`);
    const user = unicodeText(userBytes);
    const password = unicodeText(passwordBytes);
    const mayTry = passwordBytes !== '' || config['auth.backend.ldap.allow-empty-pw'];
    if (user === null || password === null || !mayTry || config['auth.backend.ldap.filter'] === '')
      return false;
    if (config['auth.backend.ldap.hostname'].length === 0) {
      complain('auth.backend.ldap.hostname is not set');
      return false;
    }
    const directory = this.directoryOf(config);
    try {
      const dn = await nameOf(directory, config, user, complain);
      if (dn === null || !(await directory.accepts(dn, password))) return false;
      return ruleAllows(rule, userBytes) || (await isMember(directory, config, rule, user, dn));
    } catch (error) {
      complain(`${config['auth.backend.ldap.hostname'].join(', ')}: ${(error as Error).message}`);
      return false;
    }
  }

  private directoryOf(config: Config): Directory {
    const bindDn = textOf(config['auth.backend.ldap.bind-dn']);
    const authorityFile = config['auth.backend.ldap.ca-file'];
    const options: DirectoryOptions = {
      urls: config['auth.backend.ldap.hostname'],
      startTls: config['auth.backend.ldap.starttls'] ?? false,
      authority: this.server.keptFiles.get(authorityFile),
      bindDn,
      bindPassword: bindDn === '' ? '' : textOf(config['auth.backend.ldap.bind-pw']),
      timeoutMs: Math.ceil(config['auth.backend.ldap.timeout'] / 1000),
    };
    const key = JSON.stringify({ ...options, authority: authorityFile });
    let directory = this.directories.get(key);
    if (directory === undefined) {
      directory = new Directory(options);
      this.directories.set(key, directory);
    }
    return directory;
  }

  stop(): void {
    for (const directory of this.directories.values()) directory.disconnect();
  }
}

/** The user's name in the directory; null where there is none. */
async function nameOf(
  directory: Directory,
  config: Config,
  user: string,
  complain: (problem: string) => void,
): Promise<string | null> {
  const template = textOf(config['auth.backend.ldap.filter']);
  if (template.startsWith(',')) return `uid=${escapeNameValue(user)}${template}`;
  const filter = filterFor(template, user);
  const names = await directory.find(textOf(config['auth.backend.ldap.base-dn']), filter);
  if (names.length > 1)
    complain(`more than one record returned. You might have to refine the filter: ${filter}`);
  return names[0] ?? null;
}

/** Is the user in one of the groups that the rule names by their places in the directory? */
async function isMember(
  directory: Directory,
  config: Config,
  rule: AuthRule,
  user: string,
  dn: string,
): Promise<boolean> {
  const attribute = config['auth.backend.ldap.groupmember'];
  if (attribute === '') return false;
  const filter = `(${attribute}=${escapeFilterValue(attribute === 'member' ? dn : user)})`;
  for (const group of rule.groups) if ((await directory.find(textOf(group), filter)).length > 0) return true;
  return false;
}

/** LDAP speaks UTF-8. */
function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
