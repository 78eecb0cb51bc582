/**
 * Finds the document root of a host in a database through libdbi, for mod_vhostdb.
 */

import { map } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'vhostdb.dbi': map({
    scope: 'connection',
    since: '1.4.46',
    doc: 'How the database is reached and asked: dbtype, dbname, sql (with ? for the host), and what its driver needs (host, port, username, password).',
    example:
      'vhostdb.dbi = ( "dbtype" => "sqlite3", "dbname" => "vhosts.db", "sql" => "SELECT docroot FROM vhosts WHERE host=?" )',
  }),
};

export const modVhostdbDbi = defineModule({
  name: 'mod_vhostdb_dbi',
  directives,
  notServed: 'a database through libdbi is not asked yet',
});
