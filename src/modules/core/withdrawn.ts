import { bool, withdrawn } from '../../config/directive.js';

function gone(replacedBy: string, example: string) {
  return withdrawn({
    scope: 'unset',
    since: '1.4.1',
    until: '1.4.40',
    withdrawn: '1.4.1',
    replacedBy,
    doc: `Has no effect. Use ${replacedBy} instead.`,
    example,
  });
}

/** Names of the server itself that lighttpd no longer knows. */
export const withdrawnDirectives = {
  'server.docroot': gone('server.document-root', 'server.docroot = "/var/www"'),
  'server.groupid': gone('server.groupname', 'server.groupid = "www-data"'),
  'server.host': gone('server.bind', 'server.host = "127.0.0.1"'),
  'server.use-keep-alive': gone('server.max-keep-alive-requests = 0', 'server.use-keep-alive = "disable"'),
  'server.userid': gone('server.username', 'server.userid = "www-data"'),
  'server.virtual-default-host': gone(
    'simple-vhost.default-host of mod_simple_vhost',
    'server.virtual-default-host = "www.example.org"',
  ),
  'server.virtual-docroot': gone(
    'simple-vhost.document-root of mod_simple_vhost',
    'server.virtual-docroot = "/htdocs"',
  ),
  'server.virtual-root': gone(
    'simple-vhost.server-root of mod_simple_vhost',
    'server.virtual-root = "/srv/hosts"',
  ),
  'server.force-lower-case-files': bool({
    scope: 'unset',
    since: '1.4.1',
    until: '1.4.40',
    withdrawn: '1.4.9',
    replacedBy: 'server.force-lowercase-filenames',
    default: undefined,
    doc: 'The old name of server.force-lowercase-filenames, which wins over it.',
    example: 'server.force-lower-case-files = "enable"',
  }),
  'mbedtls.engine': bool({
    scope: 'connection',
    since: '1.4.56',
    until: '1.4.64',
    replacedBy: 'ssl.engine',
    default: undefined,
    doc: 'Was read by mod_mbedtls before it took ssl.engine; it never switched TLS on by itself.',
    example: 'mbedtls.engine = "enable"',
    inert: 'It never had an effect.',
  }),
};
