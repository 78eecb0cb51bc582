/**
 * Asks a database for the document root of each host. Runs at docroot.
 */

import type { ConfigOf } from '../config/directive.js';
import { array, readNumber, string } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { type CheckContext, defineModule } from '../plugin/define-module.js';

const maxAgeDefault = 600;

/** Seconds that an answer of the database is kept. */
function readMaxAge(options: ArrayValue): number {
  const value = options.elements.find(({ key }) => key === 'max-age')?.value;
  return (value && readNumber(value)) ?? maxAgeDefault;
}

const directives = {
  'vhostdb.backend': string({
    scope: 'connection',
    since: '1.4.46',
    default: '',
    doc: 'Which database is asked: "dbi", "ldap", "mysql" or "pgsql", as the module mod_vhostdb_... of that name. Empty: none.',
    example: 'vhostdb.backend = ""',
  }),
  'vhostdb.cache': array<number, number | undefined>({
    scope: 'connection',
    since: '1.4.56',
    default: undefined,
    build: readMaxAge,
    doc: 'Keep what the database answered for "max-age" seconds (600 where it is not set). Unset: it is asked each time.',
    example: 'vhostdb.cache = ( "max-age" => 120 )',
  }),
};

export const modVhostdb = defineModule({
  name: 'mod_vhostdb',
  directives,
  notServed: 'no database is asked yet; every host has server.document-root',
  check: checkBackends,
});

function checkBackends(context: CheckContext<ConfigOf<typeof directives>>): void {
  const { settings, diagnostics, moduleNames, originOf } = context;
  for (const { block, values } of [{ block: 0, values: settings.base }, ...settings.layers]) {
    const backend = values['vhostdb.backend'];
    if (!backend || moduleNames.includes(`mod_vhostdb_${backend}`)) continue;
    const origin = originOf('vhostdb.backend', block);
    const summary = `vhostdb.backend "${backend}" is not offered by any loaded module`;
    diagnostics.error('invalid-value', origin, summary, `Add "mod_vhostdb_${backend}" to server.modules.`);
  }
}
