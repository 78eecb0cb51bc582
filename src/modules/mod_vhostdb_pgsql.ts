/**
 * Finds the document root of a host in a PostgreSQL database, for mod_vhostdb.
 */

import { stringMap } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'vhostdb.pgsql': stringMap({
    scope: 'connection',
    since: '1.4.46',
    doc: 'How the database is reached and asked: host, port, user, password, dbname, and sql with ? for the host.',
    example:
      'vhostdb.pgsql = ( "dbname" => "web", "user" => "lighttpd", "sql" => "SELECT docroot FROM vhosts WHERE host=?" )',
  }),
};

export const modVhostdbPgsql = defineModule({
  name: 'mod_vhostdb_pgsql',
  directives,
  notServed: 'a PostgreSQL database is not asked yet',
});
