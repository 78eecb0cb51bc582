/**
 * Asks Cyrus SASL whether user and password are right, for mod_auth.
 */

import { type ReadContext, stringMap } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { defineModule } from '../plugin/define-module.js';

/** The options by name. */
type SaslOptions = ReadonlyMap<string, string>;

const checkMethods = ['saslauthd', 'auxprop', 'sasldb'];

function readOptions({ elements }: ArrayValue, context: ReadContext): SaslOptions | undefined {
  const options = new Map<string, string>();
  for (const { key, value } of elements)
    if (key !== null && value.type === 'string') options.set(key.toLowerCase(), value.value);
  const method = options.get('pwcheck_method');
  if (method !== undefined && !checkMethods.includes(method))
    return context.fail(`pwcheck_method is ${method}`, `Use one of ${checkMethods.join(', ')}.`);
  return options;
}

const directives = {
  'auth.backend.sasl.opts': stringMap<never, SaslOptions>({
    scope: 'connection',
    since: '1.4.48',
    build: readOptions,
    doc: 'Options of SASL: service ("http"), fqdn, pwcheck_method (saslauthd, auxprop or sasldb) and sasldb_path.',
    example: 'auth.backend.sasl.opts = ( "pwcheck_method" => "saslauthd" )',
  }),
};

export const modAuthnSasl = defineModule({
  name: 'mod_authn_sasl',
  directives,
  notServed: 'SASL is not asked yet; mod_auth lets nobody in through it',
});
