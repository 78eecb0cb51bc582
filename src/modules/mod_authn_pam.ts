/**
 * Asks PAM whether user and password are right, for mod_auth.
 */

import { stringMap } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'auth.backend.pam.opts': stringMap({
    scope: 'connection',
    since: '1.4.51',
    doc: 'Options of PAM: "service" names the configuration below /etc/pam.d ("http" where it is not set).',
    example: 'auth.backend.pam.opts = ( "service" => "http" )',
  }),
};

export const modAuthnPam = defineModule({
  name: 'mod_authn_pam',
  directives,
  notServed: 'PAM is not asked yet; mod_auth lets nobody in through it',
});
