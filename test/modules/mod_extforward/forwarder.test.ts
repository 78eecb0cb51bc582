import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfiguration } from '../../../src/modules/check-configuration.js';
import { type Forwarder, trustsName, trustsPeer } from '../../../src/modules/mod_extforward/forwarder.js';
import { treeOf } from '../../config/tree-of.js';

async function read(entries: Record<string, string>) {
  const { diagnostics, modules } = await checkConfiguration(
    treeOf({
      settings: {
        'server.document-root': '/tmp',
        'server.modules': ['mod_extforward'],
        'extforward.forwarder': entries,
      },
    }),
    '',
  );
  const module = modules.find(({ definition }) => definition.name === 'mod_extforward')!;
  return {
    forwarder: module.settings.base['extforward.forwarder'] as Forwarder,
    problems: diagnostics.items
      .filter(({ code }) => code === 'invalid-value')
      .map(({ severity }) => severity),
  };
}

const peer = (text: string) => ({ text, bytes: new Uint8Array(0) });

test('addresses, identifiers and networks are trusted as they are named', async () => {
  const { forwarder, problems } = await read({
    '10.0.0.1': 'Trust',
    '10.0.0.2': 'untrusted',
    'FC00::1': 'trust',
    _me: 'trust',
    '/run/proxy.sock': 'trust',
    '10.1.0.0/15': 'trust',
    '[fd00::]/8': 'trust',
  });
  assert.deepEqual(problems, []);
  for (const name of [
    '10.0.0.1',
    'fc00::1',
    '_me',
    '/run/proxy.sock',
    '10.1.255.255',
    'fd12::1',
    '::ffff:10.0.5.5',
  ])
    assert.ok(trustsName(forwarder, name), name);
  for (const name of ['', '10.0.0.2', '10.2.0.0', 'fc00::2', '10.1.0.0/15', 'x', '::ffff:11.0.0.1'])
    assert.ok(!trustsName(forwarder, name), name);
});

test('"all" speaks for the peer alone', async () => {
  const all = (await read({ all: 'trust' })).forwarder;
  assert.ok(trustsPeer(all, peer('192.0.2.1')));
  assert.ok(!trustsName(all, '192.0.2.1'));
  const none = (await read({ all: 'untrusted', '192.0.2.1': 'trust' })).forwarder;
  assert.ok(!trustsPeer(none, peer('192.0.2.1')));
});

test('what cannot be a network is an error, what has no effect a warning', async () => {
  for (const network of ['10.0.0.0/0', '10.0.0.0/', 'localhost/8', '10.0.0.0/8x', '10.0.0/8', '/8'])
    assert.deepEqual(
      (await read({ [network]: 'trust' })).problems,
      network === '/8' ? [] : ['error'],
      network,
    );
  assert.deepEqual((await read({ '10.0.0.1': 'yes' })).problems, ['warning']);
  assert.deepEqual((await read({ '10.0.0.0/8': 'untrusted' })).problems, ['warning']);
});
