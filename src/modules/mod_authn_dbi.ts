/**
 * Finds users and passwords in a database through libdbi, for mod_auth.
 */

import { map } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'auth.backend.dbi': map({
    scope: 'connection',
    since: '1.4.56',
    doc: 'How the database is reached and asked: dbtype, dbname, sql (with ? for user and realm), sql-userhash, and what its driver needs (host, port, username, password).',
    example:
      'auth.backend.dbi = ( "dbtype" => "sqlite3", "dbname" => "users.db", "sql" => "SELECT passwd FROM users WHERE user=? AND realm=?" )',
  }),
};

export const modAuthnDbi = defineModule({
  name: 'mod_authn_dbi',
  directives,
  notServed: 'no database is asked yet; mod_auth lets nobody in through it',
});
