import type { AnyModule } from '../plugin/define-module.js';
import { core } from './core/index.js';

/** A module by name; its file is loaded when it is asked for. */
interface RegistryEntry {
  readonly name: string;
  /** Other names that server.modules may use for it. */
  readonly aliases?: readonly string[];
  readonly load: () => Promise<AnyModule>;
}

/** Every module there is, in alphabetical order. A new one is added here and nowhere else. */
export const registry: readonly RegistryEntry[] = [
  { name: 'mod_access', load: async () => (await import('./mod_access.js')).modAccess },
  { name: 'mod_accesslog', load: async () => (await import('./mod_accesslog/index.js')).modAccesslog },
  { name: 'mod_ajp13', load: async () => (await import('./mod_ajp13.js')).modAjp13 },
  { name: 'mod_alias', load: async () => (await import('./mod_alias.js')).modAlias },
  { name: 'mod_auth', load: async () => (await import('./mod_auth/index.js')).modAuth },
  { name: 'mod_authn_dbi', load: async () => (await import('./mod_authn_dbi.js')).modAuthnDbi },
  { name: 'mod_authn_file', load: async () => (await import('./mod_authn_file/index.js')).modAuthnFile },
  { name: 'mod_authn_gssapi', load: async () => (await import('./mod_authn_gssapi.js')).modAuthnGssapi },
  { name: 'mod_authn_ldap', load: async () => (await import('./mod_authn_ldap/index.js')).modAuthnLdap },
  { name: 'mod_authn_mysql', load: async () => (await import('./mod_authn_mysql.js')).modAuthnMysql },
  { name: 'mod_authn_pam', load: async () => (await import('./mod_authn_pam.js')).modAuthnPam },
  { name: 'mod_authn_sasl', load: async () => (await import('./mod_authn_sasl.js')).modAuthnSasl },
  { name: 'mod_cgi', load: async () => (await import('./mod_cgi.js')).modCgi },
  { name: 'mod_cml', load: async () => (await import('./mod_cml.js')).modCml },
  {
    name: 'mod_deflate',
    aliases: ['mod_compress'],
    load: async () => (await import('./mod_deflate/index.js')).modDeflate,
  },
  { name: 'mod_dirlisting', load: async () => (await import('./mod_dirlisting/index.js')).modDirlisting },
  { name: 'mod_evasive', load: async () => (await import('./mod_evasive.js')).modEvasive },
  { name: 'mod_evhost', load: async () => (await import('./mod_evhost.js')).modEvhost },
  { name: 'mod_expire', load: async () => (await import('./mod_expire.js')).modExpire },
  { name: 'mod_extforward', load: async () => (await import('./mod_extforward/index.js')).modExtforward },
  { name: 'mod_fastcgi', load: async () => (await import('./mod_fastcgi.js')).modFastcgi },
  { name: 'mod_flv_streaming', load: async () => (await import('./mod_flv_streaming.js')).modFlvStreaming },
  { name: 'mod_geoip', load: async () => (await import('./mod_geoip.js')).modGeoip },
  { name: 'mod_h2', load: async () => (await import('./mod_h2.js')).modH2 },
  { name: 'mod_indexfile', load: async () => (await import('./mod_indexfile.js')).modIndexfile },
  { name: 'mod_magnet', load: async () => (await import('./mod_magnet/index.js')).modMagnet },
  { name: 'mod_maxminddb', load: async () => (await import('./mod_maxminddb.js')).modMaxminddb },
  { name: 'mod_mysql_vhost', load: async () => (await import('./mod_mysql_vhost.js')).modMysqlVhost },
  {
    name: 'mod_openssl',
    aliases: ['mod_gnutls', 'mod_mbedtls', 'mod_nss', 'mod_wolfssl', 'mod_boringssl'],
    load: async () => (await import('./mod_openssl/index.js')).modOpenssl,
  },
  { name: 'mod_proxy', load: async () => (await import('./mod_proxy/index.js')).modProxy },
  { name: 'mod_redirect', load: async () => (await import('./mod_redirect.js')).modRedirect },
  { name: 'mod_rewrite', load: async () => (await import('./mod_rewrite.js')).modRewrite },
  { name: 'mod_rrdtool', load: async () => (await import('./mod_rrdtool.js')).modRrdtool },
  { name: 'mod_scgi', load: async () => (await import('./mod_scgi.js')).modScgi },
  { name: 'mod_secdownload', load: async () => (await import('./mod_secdownload.js')).modSecdownload },
  { name: 'mod_setenv', load: async () => (await import('./mod_setenv.js')).modSetenv },
  { name: 'mod_simple_vhost', load: async () => (await import('./mod_simple_vhost.js')).modSimpleVhost },
  { name: 'mod_sockproxy', load: async () => (await import('./mod_sockproxy.js')).modSockproxy },
  { name: 'mod_ssi', load: async () => (await import('./mod_ssi/index.js')).modSsi },
  { name: 'mod_staticfile', load: async () => (await import('./mod_staticfile.js')).modStaticfile },
  { name: 'mod_status', load: async () => (await import('./mod_status/index.js')).modStatus },
  { name: 'mod_trigger_b4_dl', load: async () => (await import('./mod_trigger_b4_dl.js')).modTriggerB4Dl },
  {
    name: 'mod_uploadprogress',
    load: async () => (await import('./mod_uploadprogress.js')).modUploadprogress,
  },
  { name: 'mod_userdir', load: async () => (await import('./mod_userdir.js')).modUserdir },
  { name: 'mod_usertrack', load: async () => (await import('./mod_usertrack.js')).modUsertrack },
  { name: 'mod_vhostdb', load: async () => (await import('./mod_vhostdb.js')).modVhostdb },
  { name: 'mod_vhostdb_dbi', load: async () => (await import('./mod_vhostdb_dbi.js')).modVhostdbDbi },
  { name: 'mod_vhostdb_ldap', load: async () => (await import('./mod_vhostdb_ldap.js')).modVhostdbLdap },
  { name: 'mod_vhostdb_mysql', load: async () => (await import('./mod_vhostdb_mysql.js')).modVhostdbMysql },
  { name: 'mod_vhostdb_pgsql', load: async () => (await import('./mod_vhostdb_pgsql.js')).modVhostdbPgsql },
  { name: 'mod_webdav', load: async () => (await import('./mod_webdav/index.js')).modWebdav },
  { name: 'mod_wstunnel', load: async () => (await import('./mod_wstunnel.js')).modWstunnel },
];

const byName: ReadonlyMap<string, RegistryEntry> = new Map(
  registry.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])].map((name) => [name, entry])),
);

/** The module of that name, or of which it is another name. Names count with their case. */
export function findModule(name: string): RegistryEntry | undefined {
  return byName.get(name);
}

/** What the server itself reads, and all modules: every directive is in exactly one of these tables. */
export async function loadAllTables(): Promise<readonly AnyModule[]> {
  return [core, ...(await Promise.all(registry.map(({ load }) => load())))];
}
