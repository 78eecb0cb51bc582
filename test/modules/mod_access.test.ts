import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modAccess } from '../../src/modules/mod_access.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import { ModuleRun } from '../helpers/run-module.js';

function statusOf(run: ModuleRun, target: string, conf: object = {}): number {
  const request = run.request(target);
  Object.assign(request.conf, conf);
  const result = run.call('uriClean', request);
  assert.equal(result, request.status === 0 ? HandlerResult.goOn : HandlerResult.finished);
  assert.equal(run.call('subrequestStart', request), result);
  return request.status;
}

describe('mod_access', () => {
  it('refuses paths that end in a denied suffix', () => {
    const run = new ModuleRun(modAccess, [{ settings: { 'url.access-deny': ['~', '.inc'] } }]);
    assert.deepEqual(
      ['/a.inc', '/b~', '/a.INC', '/a.inc/x', '/a.txt?b~'].map((t) => statusOf(run, t)),
      [403, 403, 0, 0, 0],
    );
  });

  it('serves allowed suffixes alone, and does not ask the denied ones then', () => {
    const settings = { 'url.access-allow': ['.html', '.inc'], 'url.access-deny': ['.inc'] };
    const run = new ModuleRun(modAccess, [{ settings }]);
    assert.deepEqual(
      ['/a.html', '/a.inc', '/a.txt', '/'].map((t) => statusOf(run, t)),
      [0, 0, 403, 403],
    );
  });

  it('ignores the case of ASCII letters with server.force-lowercase-filenames', () => {
    const run = new ModuleRun(modAccess, [{ settings: { 'url.access-deny': ['.Inc'] } }]);
    assert.equal(statusOf(run, '/a.iNC', { forceLowercaseFilenames: true }), 403);
  });

  it('says why, where requests are logged', () => {
    const run = new ModuleRun(modAccess, [{ settings: { 'url.access-deny': [''] } }]);
    statusOf(run, '/x', { logRequestHandling: true });
    assert.equal(run.logged[0], 'debug: url denied as we match access_deny /x');
  });

  it('is idle with empty lists', () => {
    assert.equal(new ModuleRun(modAccess, [{ settings: { 'url.access-allow': [] } }]).isUsed, false);
  });
});
