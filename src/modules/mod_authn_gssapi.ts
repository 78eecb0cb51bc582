/**
 * Asks Kerberos (GSSAPI) who a user is, for mod_auth.
 */

import { bool, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'auth.backend.gssapi.keytab': string({
    scope: 'connection',
    since: '1.4.42',
    default: '',
    doc: 'The keytab file of the service. Empty: that of the system.',
    example: 'auth.backend.gssapi.keytab = "/etc/lighttpd/http.keytab"',
  }),
  'auth.backend.gssapi.principal': string({
    scope: 'connection',
    since: '1.4.42',
    default: '',
    doc: 'The principal of the service. Empty: HTTP and the name of the host.',
    example: 'auth.backend.gssapi.principal = "HTTP/www.example.org"',
  }),
  'auth.backend.gssapi.store-creds': bool({
    scope: 'connection',
    since: '1.4.55',
    default: true,
    doc: 'Store the credentials that a client delegates in a file, and name it to programs as KRB5CCNAME.',
    example: 'auth.backend.gssapi.store-creds = "disable"',
  }),
};

export const modAuthnGssapi = defineModule({
  name: 'mod_authn_gssapi',
  directives,
  notServed: 'Kerberos is not asked yet; mod_auth lets nobody in through it',
});
