import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HttpVersion } from '../../src/http/version.js';
import { modRedirect } from '../../src/modules/mod_redirect.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import { ModuleRun } from '../helpers/run-module.js';

function redirect(rules: Record<string, string>, target: string, change: object = {}, code = 0) {
  const run = new ModuleRun(modRedirect, [
    { settings: { 'url.redirect': rules, 'url.redirect-code': code } },
  ]);
  const request = Object.assign(run.request(target), change);
  const result = run.call('uriClean', request);
  return { status: request.status, location: request.responseHeaders.get('location'), result };
}

const rules = { '^/a/(.*)': '/b/$1', '^/keep': '', '^/k': '/moved', '^/empty(.*)': '$1' };

describe('mod_redirect', () => {
  it('sends a client where the first rule that matches says', () => {
    assert.deepEqual(redirect(rules, '/a/x?y'), {
      status: 301,
      location: '/b/x?y',
      result: HandlerResult.finished,
    });
    assert.deepEqual(redirect(rules, '/keep'), {
      status: 0,
      location: undefined,
      result: HandlerResult.goOn,
    });
    assert.equal(redirect(rules, '/kept').location, '/moved');
    assert.equal(redirect(rules, '/other').result, HandlerResult.goOn);
  });

  it('keeps the method of all but GET and HEAD, unless the client is too old for that', () => {
    assert.equal(redirect(rules, '/a/', { method: 'POST' }).status, 308);
    assert.equal(redirect(rules, '/a/', { method: 'HEAD' }).status, 301);
    assert.equal(redirect(rules, '/a/', { method: 'POST', version: HttpVersion.http10 }).status, 301);
  });

  it('takes url.redirect-code where it is a status', () => {
    assert.deepEqual(
      [303, 99, 1000].map((code) => redirect(rules, '/a/', {}, code).status),
      [303, 301, 301],
    );
  });

  it('gives no Location where the target is empty', () => {
    assert.deepEqual(redirect(rules, '/empty'), {
      status: 301,
      location: undefined,
      result: HandlerResult.finished,
    });
  });

  it('gives up a search that has no end, and the request with it', () => {
    const outcome = redirect({ '^/(?=.)(a+)+$': '/x' }, `/${'a'.repeat(100)}!`);
    assert.equal(outcome.result, HandlerResult.error);
    assert.equal(redirect({ '^/(?=.)(a+)+$': '/x' }, '/aaa').location, '/x');
  });

  it('lets no decoded group end the header', () => {
    const encoded = Buffer.from('x\r\nX-Own: 1\0').toString('base64url');
    assert.equal(redirect({ '^/(.*)': '/${decb64u:1}' }, `/${encoded}`).location, '/x%0D%0AX-Own: 1%00');
  });

  it('matches as URLs are normalised, unless they are not', () => {
    const encoded = { '^/%c3%a9': '/%%c3', '^/\xc3\xa8': '/\xc3\xa8' };
    assert.equal(redirect(encoded, '/%C3%A9').location, '/%C3');
    assert.equal(redirect(encoded, '/%C3%A8').location, '/%C3%A8');
    const settings = { 'url.redirect': encoded, 'server.http-parseopts': { 'url-normalize': 'disable' } };
    const run = new ModuleRun(modRedirect, [{ settings }]);
    const request = run.request('/');
    request.target = '/%c3%a9';
    run.call('uriClean', request);
    assert.equal(request.responseHeaders.get('location'), '/%c3');
  });

  it('gives a target up that is not UTF-8', () => {
    assert.equal(redirect(rules, '/', { target: '/\xff' }).result, HandlerResult.error);
  });

  it('puts groups of the enclosing condition in, which then matches as a pattern', () => {
    const condition = { operator: '==', value: 'a.(x|y)' } as const;
    const settings = { 'url.redirect': { '^/(.*)': 'http://%1/$1' } };
    const run = new ModuleRun(modRedirect, [{ settings: {} }, { condition, settings }]);
    for (const [host, location] of [
      ['a.y', 'http://y/p'],
      ['a.(x|y)', undefined],
      ['a.x:81', undefined],
    ] as const) {
      const request = run.request('/p', host);
      run.call('uriClean', request);
      assert.equal(request.responseHeaders.get('location'), location);
    }
  });

  it('refuses patterns that cannot be run, groups beyond 19, and conditions that are no pattern', () => {
    const refused = (blocks: ConstructorParameters<typeof ModuleRun>[1]): boolean =>
      new ModuleRun(modRedirect, blocks).diagnostics.hasErrors;
    assert.equal(refused([{ settings: { 'url.redirect': { '^/(': '/x' } } }]), true);
    assert.equal(refused([{ settings: { 'url.redirect': { ['(a)'.repeat(20)]: '/x' } } }]), true);
    assert.equal(refused([{ settings: { 'url.redirect': { ['(a)'.repeat(19)]: '/x' } } }]), false);
    const condition = { operator: '==', value: 'a(b' } as const;
    assert.equal(refused([{ settings: {} }, { condition, settings: { 'url.redirect': { a: '%1' } } }]), true);
    assert.equal(
      refused([{ settings: {} }, { condition, settings: { 'url.redirect': { a: '%%1' } } }]),
      false,
    );
  });
});
