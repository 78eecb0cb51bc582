/**
 * Finds the document root of a host in a MySQL or MariaDB database, for mod_vhostdb.
 */

import { stringMap } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'vhostdb.mysql': stringMap({
    scope: 'connection',
    since: '1.4.46',
    doc: 'How the database is reached and asked: host, port, sock, user, password, dbname, and sql with ? for the host.',
    example:
      'vhostdb.mysql = ( "dbname" => "web", "user" => "lighttpd", "sql" => "SELECT docroot FROM vhosts WHERE host=?" )',
  }),
};

export const modVhostdbMysql = defineModule({
  name: 'mod_vhostdb_mysql',
  directives,
  notServed: 'a MySQL or MariaDB database is not asked yet',
});
