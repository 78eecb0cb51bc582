/**
 * Finds the document root of a host in an LDAP directory, for mod_vhostdb.
 */

import { type ReadContext, stringMap } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { defineModule } from '../plugin/define-module.js';

/** The options by name in lower case. */
type LdapOptions = ReadonlyMap<string, string>;

function readOptions({ elements }: ArrayValue, context: ReadContext): LdapOptions | undefined {
  const options = new Map<string, string>();
  for (const { key, value } of elements)
    if (key !== null && value.type === 'string') options.set(key.toLowerCase(), value.value);
  const filter = options.get('filter');
  const complete = filter && options.has('host') && options.get('base-dn');
  if (complete && !filter.includes('?'))
    return context.fail('the "filter" of vhostdb.ldap has no ?', 'Write ? where the host belongs.');
  return options;
}

const directives = {
  'vhostdb.ldap': stringMap<never, LdapOptions>({
    scope: 'connection',
    since: '1.4.46',
    build: readOptions,
    doc: 'How the directory is reached and asked: host, bind-dn, bind-pw, ca-file, starttls, timeout, base-dn, filter (with ? for the host) and attr, which holds the document root.',
    example:
      'vhostdb.ldap = ( "host" => "ldap.example.org", "base-dn" => "dc=example,dc=org", "filter" => "(host=?)" )',
  }),
};

export const modVhostdbLdap = defineModule({
  name: 'mod_vhostdb_ldap',
  directives,
  notServed: 'an LDAP directory is not asked yet',
});
