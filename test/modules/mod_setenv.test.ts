import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeaderList } from '../../src/http/header-list.js';
import { modSetenv } from '../../src/modules/mod_setenv.js';
import { ModuleRun } from '../helpers/run-module.js';

function linesOf(headers: HeaderList): string[] {
  return Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}: ${headers.valueAt(i)}`);
}

function run(settings: Record<string, Record<string, string>>): ModuleRun {
  return new ModuleRun(modSetenv, [{ settings }]);
}

describe('mod_setenv', () => {
  it('adds to request headers, then sets and removes', () => {
    const module = run({
      'setenv.add-request-header': { Accept: 'x/y', 'X-Empty': '' },
      'setenv.set-request-header': { 'X-Mode': 'new', 'X-Drop': '' },
    });
    const request = module.request('/');
    for (const name of ['Accept', 'X-Drop', 'X-Mode']) request.headers.set(name, 'old');
    module.call('uriClean', request);
    assert.deepEqual(linesOf(request.headers), ['Accept: old, x/y', 'X-Mode: new']);
  });

  it('adds response headers beside others, then sets and removes', () => {
    const module = run({
      'setenv.add-response-header': { 'X-A': 'added', 'X-Empty': '' },
      'setenv.set-response-header': { ETag: '', Server: 'mine' },
    });
    const request = module.request('/');
    for (const name of ['X-A', 'ETag']) request.responseHeaders.set(name, 'own');
    module.call('responseStart', request);
    assert.deepEqual(
      linesOf(request.responseHeaders),
      ['X-A: own', 'ETag: own'],
      'an answer before the URL is known',
    );
    module.call('uriClean', request);
    module.call('responseStart', request);
    assert.deepEqual(linesOf(request.responseHeaders), ['X-A: own', 'X-A: added', 'Server: mine']);
  });

  it('makes the environment once', () => {
    const module = run({
      'setenv.add-environment': { A: 'one', B: 'b' },
      'setenv.set-environment': { B: 'set' },
    });
    const request = module.request('/');
    request.env.set('A', 'zero');
    module.call('uriClean', request);
    module.notify('requestEnv', request);
    module.notify('requestEnv', request);
    assert.deepEqual(
      [...request.env],
      [
        ['A', 'zero, one'],
        ['B', 'set'],
      ],
    );
  });

  it('keeps its first choice of settings through a rewrite, and forgets it with the request', () => {
    const url = { field: 'url', operator: '==', value: '/a' } as const;
    const header = { 'setenv.add-request-header': { 'X-A': 'a' } };
    const module = new ModuleRun(modSetenv, [{ settings: {} }, { condition: url, settings: header }]);
    const request = module.request('/b');
    module.call('uriClean', request);
    request.uri.path = '/a';
    request.conditions.reset();
    module.call('uriClean', request);
    assert.equal(request.headers.size, 0);
    request.forgetModuleData();
    module.call('uriClean', request);
    assert.deepEqual(linesOf(request.headers), ['X-A: a']);
  });

  it('trims values, makes line breaks spaces, and warns of what headers cannot hold', () => {
    const module = run({ 'setenv.add-response-header': { 'X-A': ' a\r\n\tb ', 'X B': 'x', 'X-C': '\x01' } });
    const request = module.request('/');
    module.call('uriClean', request);
    module.call('responseStart', request);
    assert.equal(request.responseHeaders.get('x-a'), 'a   b');
    assert.deepEqual(
      module.diagnostics.items.map(({ severity }) => severity),
      ['warning', 'warning'],
    );
  });
});
