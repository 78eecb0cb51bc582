/**
 * Finds users and passwords in a MySQL database, for mod_auth. Gone from lighttpd since 1.4.64.
 */

import { short, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'auth.backend.mysql.host': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The host of the database. Empty: the socket.',
    example: 'auth.backend.mysql.host = "db.example.org"',
  }),
  'auth.backend.mysql.port': short({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: 0,
    doc: 'The port of the database. 0: 3306.',
    example: 'auth.backend.mysql.port = 3306',
  }),
  'auth.backend.mysql.socket': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The socket file of the database. Empty: the usual one.',
    example: 'auth.backend.mysql.socket = "/run/mysqld/mysqld.sock"',
  }),
  'auth.backend.mysql.user': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The user to connect as.',
    example: 'auth.backend.mysql.user = "lighttpd"',
  }),
  'auth.backend.mysql.pass': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The password of that user.',
    example: 'auth.backend.mysql.pass = "secret"',
  }),
  'auth.backend.mysql.db': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The name of the database.',
    example: 'auth.backend.mysql.db = "web"',
  }),
  'auth.backend.mysql.users_table': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: '',
    doc: 'The table of users.',
    example: 'auth.backend.mysql.users_table = "users"',
  }),
  'auth.backend.mysql.col_user': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: 'user',
    doc: 'The column of user names.',
    example: 'auth.backend.mysql.col_user = "user"',
  }),
  'auth.backend.mysql.col_pass': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: 'password',
    doc: 'The column of passwords.',
    example: 'auth.backend.mysql.col_pass = "password"',
  }),
  'auth.backend.mysql.col_realm': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    default: 'realm',
    doc: 'The column of realms.',
    example: 'auth.backend.mysql.col_realm = "realm"',
  }),
};

export const modAuthnMysql = defineModule({
  name: 'mod_authn_mysql',
  directives,
  notServed: 'the database is not asked yet; mod_auth lets nobody in through it',
});
