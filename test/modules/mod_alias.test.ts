import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { modAlias } from '../../src/modules/mod_alias.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import { ModuleRun } from '../helpers/run-module.js';

function map(
  aliases: Record<string, string>,
  target: string,
  change: (r: ReturnType<ModuleRun['request']>) => void = () => {},
) {
  const run = new ModuleRun(modAlias, [{ settings: { 'alias.url': aliases } }]);
  const request = run.request(target);
  change(request);
  run.call('physical', request);
  return { path: request.physical.path, basedir: request.physical.basedir, status: request.status };
}

describe('mod_alias', () => {
  it('replaces the beginning of the path, by the first key that fits', () => {
    const aliases = { '/doc/api/': '/srv/api/', '/doc/': '/usr/share/doc/' };
    assert.deepEqual(map(aliases, '/doc/api/x'), { path: '/srv/api/x', basedir: '/srv/api/', status: 0 });
    assert.equal(map(aliases, '/doc/x').path, '/usr/share/doc/x');
    assert.equal(map(aliases, '/docs/x').path, '/www/docs/x');
    assert.equal(map({ '/pre': '/srv/other-' }, '/prefix').path, '/srv/other-fix');
  });

  it('keeps its place where the base folder ends in a slash', () => {
    const path = map({ '/a/': '/b/' }, '/a/x', ({ physical }) => {
      physical.basedir = '/www/';
    }).path;
    assert.equal(path, '/b/x');
  });

  it('ignores case with server.force-lowercase-filenames', () => {
    const path = map({ '/Doc/': '/D/' }, '/doc/x', ({ conf }) => {
      Object.assign(conf, { forceLowercaseFilenames: true });
    }).path;
    assert.equal(path, '/D/x');
  });

  it('refuses dot segments behind a key without a slash', () => {
    const aliases = { '/x': '/srv/files/' };
    for (const target of ['/x..', '/x../secret', '/x.', '/x./a'])
      assert.equal(map(aliases, target).status, 403, target);
    for (const target of ['/x...', '/x.a', '/x..a/b']) assert.equal(map(aliases, target).status, 0, target);
  });

  it('never leaves the folder that a key with a slash stands for', () => {
    // what a lifecycle gives is free of dot segments; behind a prefix, new ones can appear
    const segment = fc.constantFrom('a', '..x', 'x..', '.', '..', '...');
    fc.assert(
      fc.property(
        fc.constantFrom('/x', '/x/', '/x.'),
        fc.array(segment, { maxLength: 4 }),
        (key, segments) => {
          const normal = new URL(`http://h/x${segments.join('/')}`).pathname;
          const { path, status } = map({ [key]: '/srv/files/' }, normal);
          if (status === 0 && !path.startsWith('/www'))
            assert.match(new URL(`http://h${path}`).pathname, /^\/srv\/files\//);
        },
      ),
    );
  });

  it('refuses a key that can never match, and says which to put first', () => {
    const run = new ModuleRun(modAlias, [{ settings: { 'alias.url': { '/a': '/1', '/a/b': '/2' } } }]);
    assert.match(run.diagnostics.items[0].summary, /"\/a\/b" will never match, as "\/a"/);
    assert.equal(run.diagnostics.hasErrors, true);
  });

  it('answers nothing itself', () => {
    const run = new ModuleRun(modAlias, [{ settings: { 'alias.url': { '/a/': '/b/' } } }]);
    assert.equal(run.call('physical', run.request('/a/')), HandlerResult.goOn);
  });
});
