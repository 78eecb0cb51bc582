import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkConfiguration } from '../../../src/modules/check-configuration.js';
import type { Requirement } from '../../../src/modules/mod_auth/requirement.js';
import { findRequirement } from '../../../src/modules/mod_auth/requirement.js';
import { treeOf } from '../../config/tree-of.js';

const basic = { method: 'basic', realm: 'area', require: 'valid-user' };

async function read(entries: Record<string, Record<string, string>>) {
  const settings = {
    'server.document-root': '/tmp',
    'server.modules': ['mod_auth', 'mod_authn_file'],
    'auth.require': entries,
  };
  const { diagnostics, modules } = await checkConfiguration(treeOf({ settings }), '');
  const auth = modules.find(({ definition }) => definition.name === 'mod_auth')!;
  const found = (severity: string): string[] =>
    diagnostics.items
      .filter((item) => item.code === 'invalid-value' && item.severity === severity)
      .map(({ summary }) => summary);
  return {
    errors: found('error'),
    warnings: found('warning'),
    requirements: auth.settings.base['auth.require'] as readonly Requirement[],
  };
}

test('a requirement has its rules, its algorithms in the order they are offered, and its secret', async () => {
  const { requirements, errors } = await read({
    '/': {
      method: 'digest',
      realm: 'area',
      require: 'user=a|group=g|user=b|',
      algorithm: 'md5|SHA-256-sess|SHA-512-256',
      nonce_secret: 's',
      userhash: 'enable',
    },
  });
  assert.deepEqual(errors, []);
  const facts = requirements.map(({ origin: _place, ...fact }) => fact);
  assert.deepEqual(facts, [
    {
      path: '/',
      pathLower: '/',
      scheme: 'digest',
      realm: 'area',
      validUser: false,
      users: ['a', 'b'],
      groups: ['g'],
      hosts: [],
      algorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
      nonceSecret: 's',
      offersUserHash: true,
    },
  ]);
});

test('the first prefix decides; case counts unless file names are in lower case', async () => {
  const { requirements } = await read({ '/a': basic, '/a/b': basic, '/C': basic });
  const pathFor = (path: string, ignoreCase = false) => findRequirement(requirements, path, ignoreCase)?.path;
  assert.equal(pathFor('/a/b/c'), '/a');
  assert.equal(pathFor('/abc'), '/a');
  assert.equal(pathFor('/c'), undefined);
  assert.equal(pathFor('/c', true), '/C');
});

test('a warning for a path that an earlier one hides, and for host=', async () => {
  const { errors, warnings } = await read({ '/a': basic, '/a/b': { ...basic, require: 'host=example.org' } });
  assert.deepEqual(errors, []);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0], /"host=" in "require" matches nobody/);
  assert.match(warnings[1], /"\/a\/b" can never match/);
});

suite('an error for', () => {
  const wrong: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['no method', { realm: 'r', require: 'valid-user' }, /"method" is missing/],
    ['an unknown method', { ...basic, method: 'Basic' }, /"method" is missing or unknown/],
    ['no realm', { method: 'basic', require: 'valid-user' }, /"realm" is missing/],
    ['no rule', { method: 'basic', realm: 'r' }, /"" in "require" names nobody/],
    ['a rule without a name', { ...basic, require: 'user=a|user=' }, /"user=" in "require" names nobody/],
    ['valid-user with other rules', { ...basic, require: 'valid-user|user=a' }, /"valid-user" in "require"/],
    ['two bars', { ...basic, require: 'user=a||user=b' }, /"" in "require"/],
    ['an unknown algorithm', { ...basic, algorithm: 'MD5|SHA-1' }, /"MD5\|SHA-1" is no list/],
    ['an unknown field', { ...basic, colour: 'red' }, /"colour" is not a field/],
  ];
  for (const [what, entry, message] of wrong)
    test(what, async () => {
      const { errors } = await read({ '/': entry });
      assert.equal(errors.length, 1);
      assert.match(errors[0], message);
    });
});

test('an error for a backend that no loaded module offers', async () => {
  const settings = {
    'server.document-root': '/tmp',
    'server.modules': ['mod_auth'],
    'auth.backend': 'nonsense',
  };
  const { diagnostics } = await checkConfiguration(treeOf({ settings }), '');
  const [error] = diagnostics.items.filter(({ code }) => code === 'invalid-value');
  assert.match(error.summary, /offers auth.backend "nonsense"/);
  assert.match(error.detail!, /mod_authn_nonsense/);
});
