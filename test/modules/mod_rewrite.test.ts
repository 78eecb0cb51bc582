import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useLinearPatterns } from '../../src/config/linear-patterns.js';
import { modRewrite } from '../../src/modules/mod_rewrite.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import type { PlainBlock } from '../config/tree-of.js';
import { type Disk, ModuleRun } from '../helpers/run-module.js';

type Rules = Record<string, Record<string, string>>;

/** Asks the module as a server would, until it leaves the request alone: the target, and the last result. */
function rewrite(settings: Rules, target: string, disk: Disk = {}): readonly [string, HandlerResult] {
  return rewriteBy(new ModuleRun(modRewrite, [{ settings }], disk), target);
}

function rewriteBy(run: ModuleRun, target: string): readonly [string, HandlerResult] {
  const request = run.request(target);
  for (;;) {
    request.uri.path = request.target.split('?', 1)[0];
    request.conditions.reset();
    request.physical.path = `/www${request.uri.path}`;
    let result = run.call('uriRaw', request);
    if (result === HandlerResult.goOn) result = run.call('physical', request);
    if (result !== HandlerResult.comeback) return [request.target, result];
    assert.equal(request.physical.path, '');
  }
}

describe('mod_rewrite', () => {
  const { goOn, error } = HandlerResult;

  it('asks once, final, plain and repeat in this order, whatever the order in the file', () => {
    const all: Rules = {
      'url.rewrite-repeat': { '^/a': '/repeat', '^/b': '/repeat', '^/c': '/repeat' },
      'url.rewrite': { '^/a': '/plain', '^/b': '/plain' },
      'url.rewrite-final': { '^/a': '/final' },
    };
    assert.deepEqual(
      ['/a', '/b', '/c'].map((t) => rewrite(all, t)[0]),
      ['/final', '/plain', '/repeat'],
    );
  });

  it('ends with a rule that does not repeat, and goes on with one that does', () => {
    const rules = { '^/1': '/2', '^/2': '/3' };
    assert.deepEqual(rewrite({ 'url.rewrite-once': rules }, '/1'), ['/2', goOn]);
    assert.deepEqual(rewrite({ 'url.rewrite-repeat': rules }, '/1'), ['/3', goOn]);
    assert.deepEqual(rewrite({ 'url.rewrite-repeat': { '^/1': '/2', '^/2': '', '^/': '/x' } }, '/1'), [
      '/2',
      goOn,
    ]);
  });

  it('ends all rewriting with a rule that does not repeat', () => {
    const rules = { 'url.rewrite-once': { '^/x': '/gone' }, 'url.rewrite-if-not-file': { '^/': '/else' } };
    assert.deepEqual(rewrite(rules, '/x'), ['/gone', goOn]);
    assert.deepEqual(rewrite(rules, '/y'), ['/else', goOn]);
  });

  it('gives an endless loop up after 100 rounds, and says where it is', () => {
    const run = new ModuleRun(modRewrite, [
      { settings: {} },
      { settings: { 'url.rewrite-repeat': { '^/x': '/x' } } },
    ]);
    assert.deepEqual(rewriteBy(run, '/x'), ['/x', error]);
    assert.match(run.logged[0], /ENDLESS LOOP IN rewrite-rule DETECTED.*\(\$HTTP\["host"\] == "a.example"\)/);
    const ninety = { '^/(x*)x$': '/$1' };
    assert.deepEqual(rewrite({ 'url.rewrite-repeat': ninety }, `/${'x'.repeat(90)}`), ['/', goOn]);
    assert.equal(rewrite({ 'url.rewrite-repeat': ninety }, `/${'x'.repeat(110)}`)[1], error);
  });

  it('gives a result without a slash up', () => {
    assert.equal(rewrite({ 'url.rewrite-once': { '^/x(.*)': '$1' } }, '/x')[1], error);
    assert.equal(rewrite({ 'url.rewrite-once': { '^/x(.*)': '$1' } }, '/x/y')[0], '/y');
  });

  it('rewrites what is no regular file, folders too', () => {
    const rules = { 'url.rewrite-repeat-if-not-file': { '^/(.*)': '/file' } };
    const disk = { '/www/file': 'file', '/www/there': 'file', '/www/dir': 'folder' } as const;
    assert.deepEqual(
      ['/there', '/dir', '/none'].map((t) => rewrite(rules, t, disk)[0]),
      ['/there', '/file', '/file'],
    );
  });

  it('takes all lists of the last block that has any, and asks conditions anew', () => {
    const inner = { field: 'url', operator: '=^', value: '/inner/' } as const;
    const run = new ModuleRun(modRewrite, [
      {
        settings: {
          'url.rewrite-once': { '^/p$': '/never' },
          'url.rewrite-repeat': { '^/p$': '/inner/p', '^/q': '/inner/q' },
        },
      },
      { settings: { 'url.rewrite-repeat': { '^/p$': '/inner/p' } } },
      { condition: inner, settings: { 'url.rewrite-once': { '^/inner/(.*)': '/found/$1' } } },
    ]);
    assert.deepEqual(rewriteBy(run, '/p'), ['/found/p', goOn]);
    assert.deepEqual(rewriteBy(run, '/q'), ['/q', goOn]);
  });

  it('is off where the last block has an empty list', () => {
    const blocks: PlainBlock[] = [
      { settings: { 'url.rewrite-once': { '^/': '/x' } } },
      { settings: { 'url.rewrite-repeat': {} } },
    ];
    assert.deepEqual(rewriteBy(new ModuleRun(modRewrite, blocks), '/a'), ['/a', goOn]);
  });

  it('forgets a request once it is over', () => {
    const run = new ModuleRun(modRewrite, [{ settings: { 'url.rewrite-once': { '^/a': '/b' } } }]);
    const request = run.request('/a');
    assert.equal(run.call('uriRaw', request), HandlerResult.comeback);
    assert.equal(run.call('uriRaw', request), goOn);
    request.forgetModuleData();
    request.target = '/a';
    assert.equal(run.call('uriRaw', request), HandlerResult.comeback);
  });

  it('takes no longer than a moment for a pattern that could try without end', () => {
    useLinearPatterns();
    const target = `/${'a'.repeat(8000)}!`;
    for (const pattern of ['^/(a+)+$', '^/(a|aa)*$', '^/(?:a*)*b$']) {
      const run = new ModuleRun(modRewrite, [{ settings: { 'url.rewrite-once': { [pattern]: '/x' } } }]);
      const times = Array.from({ length: 3 }, () => {
        const start = performance.now();
        assert.deepEqual(rewriteBy(run, target), [target, goOn]);
        return performance.now() - start;
      });
      // the best of three: the machine may have other work
      assert.ok(Math.min(...times) < 50, `${pattern}: ${times.join(', ')} ms`);
    }
  });
});
