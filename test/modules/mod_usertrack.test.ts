import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modUsertrack } from '../../src/modules/mod_usertrack.js';
import type { PlainBlock } from '../config/tree-of.js';
import { ModuleRun } from '../helpers/run-module.js';

/** The cookie of the answer, its value replaced by `*`; undefined where there is none. */
function cookie(blocks: readonly PlainBlock[], sent?: string) {
  const run = new ModuleRun(modUsertrack, blocks);
  const request = run.request('/');
  if (sent !== undefined) request.headers.set('Cookie', sent);
  run.call('uriClean', request);
  return request.responseHeaders.get('set-cookie')?.replace(/=[0-9a-f]{32}/, '=*');
}

const value = 'a'.repeat(32);
const global = (settings: PlainBlock['settings'] = {}) => [{ settings }];

describe('mod_usertrack', () => {
  it('gives a cookie, another one to each client', () => {
    assert.equal(cookie(global()), 'TRACKID=*; Path=/; Version=1');
    const run = new ModuleRun(modUsertrack, global());
    const requests = [run.request('/'), run.request('/')];
    for (const request of requests) run.call('uriClean', request);
    const [first, second] = requests.map(({ responseHeaders }) => responseHeaders.get('set-cookie'));
    assert.notEqual(first, second);
  });

  it('leaves other cookies of the answer alone', () => {
    const run = new ModuleRun(modUsertrack, global());
    const request = run.request('/');
    request.responseHeaders.insert('Set-Cookie', 'other=1');
    run.call('uriClean', request);
    assert.equal(request.responseHeaders.size, 2);
  });

  it('adds the attributes, which usertrack.cookie-attrs replaces', () => {
    const settings = { 'usertrack.cookie-domain': 'a.example', 'usertrack.cookie-max-age': 60 };
    assert.equal(cookie(global(settings)), 'TRACKID=*; Path=/; Version=1; Domain=a.example; max-age=60');
    assert.equal(cookie(global({ ...settings, 'usertrack.cookie-attrs': '; Secure' })), 'TRACKID=*; Secure');
  });

  it('gives none to a client that brings one', () => {
    for (const sent of [`TRACKID=${value}`, `a=b; TRACKID \t=${value}; c=d`])
      assert.equal(cookie(global(), sent), undefined, sent);
    for (const sent of ['TRACKID=short', 'TRACKID', `TRACKIDS=${value}`, `OTHER=${value}`])
      assert.notEqual(cookie(global(), sent), undefined, sent);
  });

  it('has its own name by default, and in a condition may have none', () => {
    const none = { 'usertrack.cookie-name': '' };
    assert.equal(cookie(global(none)), 'TRACKID=*; Path=/; Version=1');
    assert.equal(cookie([{ settings: { 'usertrack.cookie-name': 'ID' } }, { settings: none }]), undefined);
  });

  for (const [key, text] of [
    ['usertrack.cookie-name', 'ID2'],
    ['usertrack.cookie-domain', 'a b'],
    ['usertrack.cookie-domain', 'a"'],
    ['usertrack.cookie-domain', '\xe4'],
  ]) {
    it(`refuses ${key} = ${text}`, () =>
      assert.equal(new ModuleRun(modUsertrack, global({ [key]: text })).diagnostics.hasErrors, true));
  }
});
