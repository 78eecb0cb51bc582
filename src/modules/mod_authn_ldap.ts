/**
 * Finds users in an LDAP directory and lets it judge their passwords, for mod_auth.
 */

import { bool, type ReadContext, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

/** The filter with `?` where the user belongs; a comma at its start makes it a part of the name instead. */
function readFilter(text: string, context: ReadContext): string | undefined {
  if (text === '' || text.startsWith(',')) return text;
  const filter = text.replaceAll('$', '?');
  if (filter.includes('?')) return filter;
  return context.fail('auth.backend.ldap.filter has no ?', 'Write ? where the user belongs.');
}

const timeoutDefault = 2_000_000;

const directives = {
  'auth.backend.ldap.hostname': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The server, as a name or as an ldap:// or ldaps:// URL.',
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

export const modAuthnLdap = defineModule({
  name: 'mod_authn_ldap',
  directives,
  notServed: 'an LDAP directory is not asked yet; mod_auth lets nobody in through it',
});
