import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modIndexfile } from '../../src/modules/mod_indexfile.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import type { PlainBlock } from '../config/tree-of.js';
import { type Disk, ModuleRun } from '../helpers/run-module.js';

function find(settings: Record<string, string[]>, disk: Disk, target = '/d/') {
  const run = new ModuleRun(modIndexfile, [{ settings }], disk);
  const request = run.request(target);
  const result = run.call('subrequestStart', request);
  return { path: request.uri.path, file: request.physical.path, status: request.status, result, request };
}

const names = { 'index-file.names': ['a.html', 'b.php', '/all.php'] };

describe('mod_indexfile', () => {
  it('takes the first file that exists', () => {
    const { path, file, result } = find(names, { '/www/d/b.php': 'file', '/www/all.php': 'file' });
    assert.deepEqual([path, file, result], ['/d/b.php', '/www/d/b.php', HandlerResult.goOn]);
  });

  it('takes a file of the document root for a name with a slash, and tells programs the folder', () => {
    const { path, file, request } = find(names, { '/www/all.php': 'file' });
    assert.deepEqual([path, file], ['/all.php', '/www/all.php']);
    assert.equal(request.env.get('PATH_TRANSLATED_DIRINDEX'), '/www/d/');
  });

  it('leaves other paths, and folders without such a file, as they are', () => {
    assert.equal(find(names, { '/www/da.html': 'file' }, '/d').path, '/d');
    assert.equal(find(names, {}).path, '/d/');
  });

  it('refuses a file that may not be looked at', () => {
    assert.equal(find(names, { '/www/d/a.html': 'EACCES', '/www/d/b.php': 'file' }).status, 403);
    assert.equal(find(names, { '/www/d/a.html': 'ELOOP' }).status, 500);
  });

  it('knows two names, of which the one of the later block holds', () => {
    const both = { 'index-file.names': ['a'], 'server.indexfiles': ['b'] };
    assert.equal(find(both, { '/www/d/a': 'file', '/www/d/b': 'file' }).path, '/d/b');
    const blocks: PlainBlock[] = [
      { settings: { 'server.indexfiles': ['b'] } },
      { settings: { 'index-file.names': ['a'] } },
    ];
    const run = new ModuleRun(modIndexfile, blocks, { '/www/d/a': 'file', '/www/d/b': 'file' });
    const request = run.request('/d/');
    run.call('subrequestStart', request);
    assert.equal(request.uri.path, '/d/a');
  });
});
