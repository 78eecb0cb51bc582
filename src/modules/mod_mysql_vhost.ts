/**
 * Finds the document root of a host in a MySQL database. Gone from lighttpd since 1.4.64. Runs at docroot.
 */

import { short, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'mysql-vhost.hostname': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The host of the database. Empty: the socket.',
    example: 'mysql-vhost.hostname = "db.example.org"',
  }),
  'mysql-vhost.port': short({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: 0,
    doc: 'The port of the database. 0: 3306.',
    example: 'mysql-vhost.port = 3306',
  }),
  'mysql-vhost.sock': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The socket file of the database. Empty: the usual one.',
    example: 'mysql-vhost.sock = "/run/mysqld/mysqld.sock"',
  }),
  'mysql-vhost.user': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The user to connect as.',
    example: 'mysql-vhost.user = "lighttpd"',
  }),
  'mysql-vhost.pass': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The password of that user.',
    example: 'mysql-vhost.pass = "secret"',
  }),
  'mysql-vhost.db': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The name of the database.',
    example: 'mysql-vhost.db = "web"',
  }),
  'mysql-vhost.sql': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    replacedBy: 'vhostdb.mysql of mod_vhostdb_mysql',
    default: '',
    doc: 'The query for the document root, with ? for the host.',
    example: 'mysql-vhost.sql = "SELECT docroot FROM domains WHERE domain=\'?\'"',
  }),
};

export const modMysqlVhost = defineModule({
  name: 'mod_mysql_vhost',
  directives,
  notServed: 'the database is not asked yet; every host has server.document-root',
});
