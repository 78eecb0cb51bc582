import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modSecdownload } from '../../src/modules/mod_secdownload.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import { ModuleRun } from '../helpers/run-module.js';

const settings = {
  'secdownload.secret': 'verysecret',
  'secdownload.document-root': '/srv/protected/',
  'secdownload.uri-prefix': '/dl/',
  'secdownload.algorithm': 'md5',
};

/** The second that `ModuleRun` says it is, in hex, and codes for /index.html at it, as OpenSSL makes them. */
const now = '6553f100';
const codes = {
  md5: 'be46486f81e78a48cf5a02d86e3e5bb9',
  'hmac-sha1': '3dEWoL0N22WdwltGkVpao1tY3n0',
  'hmac-sha256': 'xDISrmGRoEDQ_P-n9wjmj3QPIwEmLJ67FnK7yX4Xul4',
};

/** The path on disk, or the status of a refusal, or null where the module leaves the request alone. */
function answer(target: string, change: object = {}, conf: object = {}) {
  const run = new ModuleRun(modSecdownload, [{ settings: { ...settings, ...change } }]);
  const request = run.request(target);
  Object.assign(request.conf, conf);
  const before = request.physical.path;
  const result = run.call('physical', request);
  assert.equal(result, request.status === 0 ? HandlerResult.goOn : HandlerResult.finished);
  if (request.status !== 0) return request.status;
  return request.physical.path === before ? null : request.physical.path;
}

describe('mod_secdownload', () => {
  for (const [algorithm, code] of Object.entries(codes)) {
    const change = { 'secdownload.algorithm': algorithm };
    it(`serves the file to a right code, and refuses any other (${algorithm})`, () => {
      assert.equal(answer(`/dl/${code}/${now}/index.html`, change), '/srv/protected/index.html');
      assert.equal(answer(`/dl/${code}/${now}/index.htm`, change), 403);
      assert.equal(answer(`/dl/${code}/6553f101/index.html`, change), 403);
      assert.equal(answer(`/dl/-${code.slice(1)}/${now}/index.html`, change), 403);
      assert.equal(
        answer(`/dl/${code}/${now}/index.html`, { ...change, 'secdownload.secret': 'other' }),
        403,
      );
    });
  }

  it('takes MD5 codes in capitals, and no others', () => {
    const target = (code: string) => `/dl/${code.toUpperCase()}/${now}/index.html`;
    assert.equal(answer(target(codes.md5)), '/srv/protected/index.html');
    assert.equal(answer(target(codes['hmac-sha1']), { 'secdownload.algorithm': 'hmac-sha1' }), 403);
  });

  it('says 410 once the time is over, and before it has come', () => {
    const at = (time: number) => answer(`/dl/${codes.md5}/${time.toString(16)}/index.html`);
    assert.deepEqual([1_699_999_939, 1_700_000_061].map(at), [410, 410]);
    assert.deepEqual([1_699_999_940, 1_700_000_060].map(at), [403, 403]);
    assert.equal(answer(`/dl/${codes.md5}/ffffffffffffffff/index.html`), 410);
  });

  it('leaves URLs of another form alone', () => {
    for (const target of [
      '/other',
      '/dl/',
      `/dl/${codes.md5}/${now}`,
      `/dl/${codes.md5}0/${now}/a`,
      `/dl/${codes.md5}/g/a`,
      `/dl/${codes.md5}/0${now}00000000/a`,
    ])
      assert.equal(answer(target), null, target);
    assert.equal(answer(`/${codes.md5}/${now}/a`, { 'secdownload.uri-prefix': '' }), null);
  });

  it('covers only so many segments, and the query where asked to', () => {
    const segments = { 'secdownload.path-segments': 1 };
    assert.equal(
      answer(`/dl/ebbfac970a831adfbed6acff3467485c/${now}/a/b/c`, segments),
      '/srv/protected/a/b/c',
    );
    assert.equal(answer(`/dl/ebbfac970a831adfbed6acff3467485c/${now}/b/b/c`, segments), 403);
    assert.equal(
      answer(`/dl/ebbfac970a831adfbed6acff3467485c/${now}/a`, { 'secdownload.path-segments': 3 }),
      '/srv/protected/a',
    );
    const query = { 'secdownload.hash-querystr': 'enable' };
    assert.equal(answer(`/dl/4a54d362ad41501763d7ee4674082573/${now}/a?x=1`, query), '/srv/protected/a');
    assert.equal(answer(`/dl/4a54d362ad41501763d7ee4674082573/${now}/a?x=2`, query), 403);
    assert.equal(answer(`/dl/ebbfac970a831adfbed6acff3467485c/${now}/a?x=2`), '/srv/protected/a');
  });

  it('answers 500 where a setting is missing, and refuses an unknown algorithm at load', () => {
    for (const key of ['secdownload.secret', 'secdownload.document-root']) {
      const run = new ModuleRun(modSecdownload, [{ settings: { ...settings, [key]: '' } }]);
      const request = run.request('/any');
      run.call('physical', request);
      assert.equal(request.status, 500);
      assert.deepEqual(run.logged, [`error: ${key} has to be set`]);
    }
    const wrong = { ...settings, 'secdownload.algorithm': 'sha1' };
    const { diagnostics } = new ModuleRun(modSecdownload, [{ settings: wrong }]);
    const error = diagnostics.items.find(({ severity }) => severity === 'error');
    assert.equal(error?.summary, 'invalid secdownload.algorithm: "sha1"');
  });
});
