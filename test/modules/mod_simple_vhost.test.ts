import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modSimpleVhost } from '../../src/modules/mod_simple_vhost.js';
import { ModuleRun } from '../helpers/run-module.js';

const disk = {
  '/sv/a.org/': 'folder',
  '/sv/a.org/pages/': 'folder',
  '/sv/std.org/': 'folder',
  '/sv/': 'folder',
} as const;

function docrootOf(settings: Record<string, string | number>, host: string): readonly [string, string] {
  const run = new ModuleRun(
    modSimpleVhost,
    [{ settings: { 'simple-vhost.server-root': '/sv', ...settings } }],
    disk,
  );
  const request = run.request('/', host);
  run.call('docroot', request);
  return [request.physical.docroot, request.serverName];
}

const standard = { 'simple-vhost.default-host': 'std.org' };

describe('mod_simple_vhost', () => {
  it('takes the folder of the host, without its port', () => {
    assert.deepEqual(docrootOf(standard, 'a.org:81'), ['/sv/a.org/', 'a.org:81']);
    assert.deepEqual(docrootOf({ 'simple-vhost.document-root': '/pages' }, 'a.org'), [
      '/sv/a.org/pages/',
      'a.org',
    ]);
  });

  it('takes the default host for names without a folder, and for those that could leave it', () => {
    for (const host of ['b.org', '', '.hidden', '../x', 'a.org/pages'])
      assert.deepEqual(docrootOf(standard, host), ['/sv/std.org/', 'std.org'], host);
  });

  it('takes the server root itself where there is no default host', () => {
    assert.deepEqual(docrootOf({}, 'b.org'), ['/sv/', '']);
  });

  it('is off with an empty server root, also in a condition', () => {
    assert.deepEqual(docrootOf({ 'simple-vhost.server-root': '' }, 'a.org'), ['/www', '']);
    const run = new ModuleRun(
      modSimpleVhost,
      [{ settings: { 'simple-vhost.server-root': '/sv' } }, { settings: { 'simple-vhost.server-root': '' } }],
      disk,
    );
    const request = run.request('/', 'a.example');
    run.call('docroot', request);
    assert.equal(request.physical.docroot, '/www');
  });

  it('logs missing folders for simple-vhost.debug', () => {
    const settings = { 'simple-vhost.server-root': '/sv', 'simple-vhost.debug': 1 };
    const run = new ModuleRun(modSimpleVhost, [{ settings }], disk);
    run.call('docroot', run.request('/', 'b.org'));
    assert.deepEqual(run.logged, ['debug: /sv/b.org/: No such file or directory']);
  });
});
