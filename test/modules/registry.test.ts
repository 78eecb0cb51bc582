import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { backendOptions, withdrawnBackendOptions } from '../../src/backend/backend-options.js';
import { ownBackendOptions } from '../../src/backend/own-options.js';
import type { Directive, DirectiveTable } from '../../src/config/directive.js';
import type { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { renderText } from '../../src/diagnostics/render-text.js';
import { checkConfiguration } from '../../src/modules/check-configuration.js';
import { featureFlags } from '../../src/modules/core/feature-flags.js';
import { findModule, loadAllTables, registry } from '../../src/modules/registry.js';
import { projectRoot } from '../helpers/project-root.js';
import { treeOfText } from '../helpers/tree-of-text.js';

interface ReferenceEntry {
  readonly key: string;
  readonly module?: string;
  readonly type?: string;
  readonly scope: string;
  readonly since: string;
  readonly until?: string;
  readonly withdrawn?: string;
}
interface Reference {
  readonly current: readonly ReferenceEntry[];
  readonly removed: readonly ReferenceEntry[];
  readonly backend_options: readonly ReferenceEntry[];
  readonly backend_options_removed: readonly ReferenceEntry[];
  readonly feature_flags: readonly string[];
}

const reference = JSON.parse(
  readFileSync(join(projectRoot, 'fixtures/reference/directives.json'), 'utf8'),
) as Reference;
const tables = await loadAllTables();

/** The facts of a record, in the form of the list of all releases. */
function factsOf(module: string, key: string, directive: Directive<unknown>): ReferenceEntry {
  const { type, scope, since, until, withdrawn } = directive;
  return {
    key,
    module: module === 'mod_openssl' ? 'tls' : module,
    ...(type === 'none' ? {} : { type }),
    scope,
    since,
    ...(until && { until }),
    ...(withdrawn && { withdrawn }),
  };
}

const byKey = (a: ReferenceEntry, b: ReferenceEntry): number => (a.key < b.key ? -1 : 1);

test('the tables hold each directive of every lighttpd 1.4 once, with its facts, and nothing else', () => {
  const ours = tables.flatMap(({ name, directives }) =>
    Object.entries(directives as DirectiveTable).map(([key, directive]) => factsOf(name, key, directive)),
  );
  const theirs = [...reference.current, ...reference.removed].map(
    ({ key, module, type, scope, since, until, withdrawn }) => ({
      key,
      module,
      ...(type && { type }),
      scope,
      since,
      ...(until && { until }),
      ...(withdrawn && { withdrawn }),
    }),
  );
  assert.deepEqual(ours.sort(byKey), theirs.sort(byKey));
});

test('the options of backends are those of every lighttpd 1.4, with their facts', () => {
  const ours = Object.entries(backendOptions).map(([key, { type, scope, since }]) => ({
    key,
    type,
    scope,
    since,
  }));
  assert.deepEqual(ours.sort(byKey), [...reference.backend_options].sort(byKey));
  const withdrawn = reference.backend_options_removed.map(({ key, until }) => [key, until]);
  assert.deepEqual(withdrawnBackendOptions, Object.fromEntries(withdrawn));
});

test('each directive says what it does, and shows it by its own name', () => {
  for (const { directives } of tables) {
    for (const [key, { doc, example, aliasOf, replacedBy, until }] of Object.entries(
      directives as DirectiveTable,
    )) {
      assert.match(doc, /^[A-Z"].*\.$|^[A-Z].*: .+$/, `doc of ${key}`);
      assert.ok(example.startsWith(`${key} = `), `example of ${key}`);
      if (aliasOf) assert.ok(aliasOf in directives, `${key} stands for ${aliasOf}`);
      if (replacedBy) assert.notEqual(replacedBy, key);
      assert.ok(until !== '1.4.86', `${key} is in the current release`);
    }
  }
});

test('the list of modules names each by the name it has itself, in order, and finds it by its other names', async () => {
  const names = registry.map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
  for (const { name, load } of registry) assert.equal((await load()).name, name);
  assert.equal(findModule('mod_compress')?.name, 'mod_deflate');
  for (const library of ['boringssl', 'gnutls', 'mbedtls', 'nss', 'openssl', 'wolfssl'])
    assert.equal(findModule(`mod_${library}`)?.name, 'mod_openssl');
  assert.equal(findModule('MOD_SETENV'), undefined, 'names count with their case');
});

test('the feature flags are those of lighttpd and ours; each says who honours it, or why nobody does', () => {
  const theirs = Object.keys(featureFlags).filter((name) => !featureFlags[name].ours);
  assert.deepEqual(theirs.sort(), [...reference.feature_flags].sort());
  for (const [name, { honouredBy, inert, doc }] of Object.entries(featureFlags)) {
    assert.ok((honouredBy === undefined) !== (inert === undefined), `${name}: honouredBy or inert`);
    assert.match(doc, /^[A-Z].*\.$/, `doc of ${name}`);
  }
});

test('each example of a backend option passes the checks of mod_fastcgi', async () => {
  for (const [key, { example }] of Object.entries(backendOptions)) {
    const text = `server.modules = ( "mod_fastcgi" )\nserver.document-root = "/"\n${example}\n`;
    const { diagnostics } = await checkConfiguration(treeOfText(text), '');
    assert.deepEqual(problemsOf(diagnostics), [], key);
    assert.ok(example.includes(`"${key}" => `), key);
  }
});

test('options of backends of our own are none of lighttpd, and each example passes the checks of mod_proxy', async () => {
  for (const [key, { example, doc }] of Object.entries(ownBackendOptions)) {
    assert.ok(!(key in backendOptions) && !(key in withdrawnBackendOptions), key);
    assert.match(doc, /^[A-Z].*\.$/, key);
    const text = `server.modules = ( "mod_proxy" )\nserver.document-root = "/"\n${example}\n`;
    const { diagnostics } = await checkConfiguration(treeOfText(text), '');
    assert.deepEqual(problemsOf(diagnostics), [], key);
    assert.ok(example.includes(`"${key}" => `), key);
  }
});

test('each example is a line that lighttpd takes, and that passes the checks of its module', async () => {
  for (const { name, directives } of tables) {
    for (const [key, { example }] of Object.entries(directives as DirectiveTable)) {
      const lines = {
        'server.modules': `server.modules = ( ${name === 'core' ? '' : `"${name}", "mod_authn_file"`} )`,
        'server.compat-module-load': 'server.compat-module-load = "disable"',
        'server.document-root': 'server.document-root = "/"',
        [key]: example,
      };
      const text = `${Object.values(lines).join('\n')}\n`;
      const { diagnostics } = await checkConfiguration(treeOfText(text), '');
      assert.deepEqual(problemsOf(diagnostics), [], key);
    }
  }
});

function problemsOf({ items }: DiagnosticList): string[] {
  return items
    .filter(({ severity, code }) => severity === 'error' || code === 'invalid-value')
    .map(renderText);
}
