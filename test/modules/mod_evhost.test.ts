import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { modEvhost } from '../../src/modules/mod_evhost.js';
import { type Disk, ModuleRun } from '../helpers/run-module.js';

/** Every folder exists. */
const anyFolder = new Proxy({}, { get: () => 'folder' }) as Disk;

function docrootOf(pattern: string, host: string, disk = anyFolder): string {
  const run = new ModuleRun(modEvhost, [{ settings: { 'evhost.path-pattern': pattern } }], disk);
  const request = run.request('/', host);
  run.call('docroot', request);
  return request.physical.docroot;
}

describe('mod_evhost', () => {
  const cases: readonly (readonly [pattern: string, host: string, docroot: string])[] = [
    ['/e/%0', 'www.example.org:81', '/e/example.org/'],
    ['/e/%1/%2/%3/%4/', 'www.example.org', '/e/org/example/www//'],
    ['/e/%0', 'localhost', '/e/localhost/'],
    ['/e/%_/%%', 'www.example.org:81', '/e/www.example.org/%/'],
    ['/e/%{2.1}/%{2.0}/%{3}%{2.9}', 'www.example.org', '/e/e/example/www/'],
    ['/e/%0-%1', '[::1]:81', '/e/[::1]-/'],
    ['/e/%_', '[::1]', '/e/[/'],
    ['/e/%0/%1/%2', 'a..b', '/e/.b/b/a/'],
  ];
  for (const [pattern, host, docroot] of cases)
    it(`${pattern} for ${host} is ${docroot}`, () => assert.equal(docrootOf(pattern, host), docroot));

  it('leaves the document root where the folder is missing, and logs why', () => {
    const run = new ModuleRun(modEvhost, [{ settings: { 'evhost.path-pattern': '/e/%0' } }], {
      '/e/b.c/': 'file',
    });
    for (const host of ['b.c', 'd.e']) {
      const request = run.request('/', host);
      run.call('docroot', request);
      assert.equal(request.physical.docroot, '/www');
    }
    assert.deepEqual(run.logged, [
      'error: /e/b.c/: Not a directory',
      'error: /e/d.e/: No such file or directory',
    ]);
  });

  it('takes no host that could leave its folder', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', 'a', ':', '[', ']'), maxLength: 8 }),
        (host) => {
          for (const pattern of ['/e/%_', '/e/%0', '/e/%1', '/e/%2', '/e/%{1.1}']) {
            const docroot = docrootOf(pattern, host);
            if (docroot !== '/www') assert.match(new URL(`http://h${docroot}`).pathname, /^\/e\//);
          }
        },
      ),
    );
  });

  it('reads an empty pattern as none, so that an outer one holds', () => {
    const blocks = [
      { settings: { 'evhost.path-pattern': '/e/%0' } },
      { settings: { 'evhost.path-pattern': '' } },
    ];
    const run = new ModuleRun(modEvhost, blocks, anyFolder);
    const request = run.request('/', 'a.example');
    run.call('docroot', request);
    assert.equal(request.physical.docroot, '/e/a.example/');
  });

  for (const pattern of ['/%', '/%x', '/%{', '/%{x}', '/%{1.2', '/%{1.22}', '/%{12}', '/%{1,2}']) {
    it(`refuses ${pattern}`, () => {
      const run = new ModuleRun(modEvhost, [{ settings: { 'evhost.path-pattern': pattern } }]);
      assert.match(run.diagnostics.items[0].summary, /"%" at character 2/);
    });
  }
});
