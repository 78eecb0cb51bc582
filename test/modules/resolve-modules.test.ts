import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsLoader } from '../../src/config/load-settings.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { core } from '../../src/modules/core/index.js';
import { resolveModules } from '../../src/modules/resolve-modules.js';
import { treeOfText } from '../helpers/tree-of-text.js';

function resolve(text: string) {
  const diagnostics = new DiagnosticList();
  const loader = new SettingsLoader(treeOfText(text), diagnostics);
  const modules = resolveModules(loader, loader.load(core.directives).base);
  return {
    names: modules.map(({ name }) => name),
    warnings: diagnostics.items.map(({ code, origin }) => `${code} at line ${origin?.line}`),
  };
}

test('mod_staticfile is always added; index files and listings only where something switches them on', () => {
  assert.deepEqual(resolve('').names, ['mod_staticfile']);
  assert.deepEqual(resolve('server.modules = ( "mod_indexfile", "mod_dirlisting" )').names, [
    'mod_staticfile',
  ]);
  const inCondition =
    '$HTTP["url"] =^ "/pub/" { dir-listing.activate = "enable" }\nserver.indexfiles = ( "a" )';
  assert.deepEqual(resolve(inCondition).names, ['mod_indexfile', 'mod_dirlisting', 'mod_staticfile']);
});

test('a word that is no switch loads nothing', () => {
  assert.deepEqual(resolve('dir-listing.activate = "perhaps"\nindex-file.names = "a"').names, [
    'mod_staticfile',
  ]);
});

test('with compat-module-load disabled there is what is named, each once and by its name of today', () => {
  const text = `server.compat-module-load = "disable"
    server.modules = ( "mod_compress", "mod_gnutls", "mod_deflate", "mod_openssl", "mod_compress" )`;
  assert.deepEqual(resolve(text).names, ['mod_deflate', 'mod_openssl']);
});

test('directives of TLS and of user files load their modules, with a warning at the directive', () => {
  const tls = resolve('$SERVER["socket"] == ":8443" {\n  ssl.engine = "disable"\n}');
  assert.deepEqual(tls.names, ['mod_staticfile', 'mod_openssl']);
  assert.deepEqual(tls.warnings, ['module-added at line 2']);
  const auth = resolve('server.modules = ( "mod_auth" )\nauth.backend = "htpasswd"');
  assert.deepEqual(auth.names, ['mod_auth', 'mod_staticfile', 'mod_authn_file']);
  assert.deepEqual(auth.warnings, ['module-added at line 2']);
});

test('a backend module alone brings the module that asks it', () => {
  assert.deepEqual(resolve('server.modules = ( "mod_authn_ldap", "mod_vhostdb_ldap" )').names, [
    'mod_vhostdb',
    'mod_auth',
    'mod_authn_ldap',
    'mod_vhostdb_ldap',
    'mod_staticfile',
  ]);
});

test('modules that come too late are named', () => {
  const { warnings } = resolve(`server.modules = (
    "mod_staticfile",
    "mod_cgi",
    "mod_auth",
  )`);
  assert.deepEqual(warnings, ['module-order at line 4', 'module-order at line 3']);
});
