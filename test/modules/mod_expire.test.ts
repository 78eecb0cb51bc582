import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HttpVersion } from '../../src/http/version.js';
import { modExpire } from '../../src/modules/mod_expire.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { ModuleRun } from '../helpers/run-module.js';

/** The Cache-Control that a 200 gets, the time being 100,000,000 seconds after the file's last change. */
function cacheControl(
  settings: Record<string, Record<string, string>>,
  change: (r: RequestState) => void = () => {},
) {
  const run = new ModuleRun(modExpire, [{ settings }], { '/www/a': 'file' });
  const request = run.request('/a');
  request.status = 200;
  request.responseHeaders.set('Content-Type', 'text/css; charset=utf-8');
  change(request);
  run.call('responseStart', request);
  return request.responseHeaders.get('cache-control') ?? request.responseHeaders.get('expires');
}

const hour = { 'expire.url': { '/': 'access 1 hour' } };

describe('mod_expire', () => {
  const times: readonly (readonly [text: string, seconds: number])[] = [
    ['access 1 hour', 3600],
    ['now plus 2 hours 30 minutes', 9000],
    ['access plus 1 year 1 month 1 week 1 day 1 min 1 sec', 31536000 + 2592000 + 604800 + 86400 + 61],
    ['access plus 3months2days', 7948800],
    ['access weeks', 0],
    ['access -1 seconds', -1],
    ['modification 100000010 seconds', 10],
    ['modification 1 day', 0],
  ];
  for (const [text, seconds] of times) {
    it(`${text}: ${seconds} seconds`, () =>
      assert.equal(cacheControl({ 'expire.url': { '/': text } }), `max-age=${seconds}`));
  }

  for (const text of [
    '',
    '1 hour',
    'access',
    'access ',
    'access 1',
    'access 1 fortnight',
    'Access 1 day',
    'access plus',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const run = new ModuleRun(modExpire, [{ settings: { 'expire.url': { '/': text } } }]);
      assert.equal(run.diagnostics.hasErrors, true);
    });
  }

  it('asks paths first, then types, then a rule for any type', () => {
    const types = {
      'expire.mimetypes': { 'text/css': 'access 2 sec', 'text/*': 'access 3 sec', '': 'access 4 sec' },
    };
    assert.equal(cacheControl({ ...types, 'expire.url': { '/a': 'access 1 sec' } }), 'max-age=1');
    assert.equal(cacheControl({ ...types, 'expire.url': { '/b': 'access 1 sec' } }), 'max-age=2');
    assert.equal(
      cacheControl(types, (r) => r.responseHeaders.set('Content-Type', 'text/html')),
      'max-age=3',
    );
    assert.equal(
      cacheControl(types, (r) => r.responseHeaders.unset('content-type')),
      'max-age=4',
    );
  });

  it('takes a rule for application/javascript for text/javascript', () => {
    const types = { 'expire.mimetypes': { 'application/javascript': 'access 1 sec', '': 'access 2 sec' } };
    assert.equal(
      cacheControl(types, (r) => r.responseHeaders.set('Content-Type', 'text/javascript')),
      'max-age=1',
    );
  });

  it('says it in Expires to HTTP/1.0', () => {
    const expires = cacheControl(hour, (r) => {
      r.version = HttpVersion.http10;
    });
    assert.equal(expires, 'Tue, 14 Nov 2023 23:13:20 GMT');
  });

  it('leaves other answers alone', () => {
    for (const change of [{ status: 404 }, { status: 304 }, { method: 'POST' }])
      assert.equal(
        cacheControl(hour, (r) => Object.assign(r, change)),
        undefined,
      );
    assert.equal(
      cacheControl(hour, (r) => r.responseHeaders.set('Cache-Control', 'no-store')),
      'no-store',
    );
    const gone = { 'expire.url': { '/': 'modification 1 day' } };
    assert.equal(
      cacheControl(gone, (r) => Object.assign(r.physical, { path: '/gone' })),
      undefined,
    );
  });
});
