import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modUserdir } from '../../src/modules/mod_userdir.js';
import { ModuleRun } from '../helpers/run-module.js';

const standard = { 'userdir.path': 'public_html', 'userdir.basepath': '/u' };

function map(settings: Record<string, string | string[]>, target: string, conf: object = {}) {
  const run = new ModuleRun(modUserdir, [{ settings }], { '/root/pub': 'folder' });
  const request = run.request(target);
  Object.assign(request.conf, conf);
  run.call('physical', request);
  return {
    path: request.physical.path,
    status: request.status,
    location: request.responseHeaders.get('location'),
  };
}

describe('mod_userdir', () => {
  it('maps a user to a folder below the base', () => {
    assert.equal(map(standard, '/~anna/sub/a.txt').path, '/u/anna/public_html/sub/a.txt');
    assert.equal(map({ ...standard, 'userdir.path': '' }, '/~anna/a.txt').path, '/u/anna/a.txt');
    assert.equal(
      map({ ...standard, 'userdir.letterhomes': 'enable' }, '/~anna/').path,
      '/u/a/anna/public_html/',
    );
    assert.equal(map(standard, '/~Anna/', { forceLowercaseFilenames: true }).path, '/u/anna/public_html/');
  });

  it('sends a user without a slash to the folder, whoever it is', () => {
    assert.deepEqual(map(standard, '/~a%20b?x=1'), {
      path: '/www/~a b',
      status: 301,
      location: '/~a%20b/?x=1',
    });
  });

  it('leaves names alone that are none, or could lead elsewhere', () => {
    const letters = { ...standard, 'userdir.letterhomes': 'enable' };
    for (const name of ['.', '..', 'a b', 'a%25', '\xc3\xa9', 'x'.repeat(256), ''])
      assert.match(map(standard, `/~${name}/x`).path, /^\/www\/~/, name);
    assert.equal(map(letters, '/~.dot/').path, '/www/~.dot/');
    assert.equal(map(standard, '/~').status, 0);
  });

  it('serves by the lists of users', () => {
    const served = (settings: Record<string, string[]>, name: string, conf = {}): boolean =>
      map({ ...standard, ...settings }, `/~${name}/`, conf).path.startsWith('/u/');
    assert.equal(served({ 'userdir.exclude-user': ['root'] }, 'root'), false);
    assert.equal(served({ 'userdir.exclude-user': ['root'] }, 'Root'), true);
    assert.equal(
      served({ 'userdir.exclude-user': ['root'] }, 'Root', { forceLowercaseFilenames: true }),
      false,
    );
    assert.equal(served({ 'userdir.include-user': ['anna'] }, 'anna'), true);
    assert.equal(served({ 'userdir.include-user': ['anna'] }, 'bert'), false);
    assert.equal(served({ 'userdir.include-user': [] }, 'anna'), false);
  });

  it('is off without a path, and where it is not active', () => {
    assert.equal(map({ 'userdir.basepath': '/u' }, '/~anna/').path, '/www/~anna/');
    assert.equal(map({ ...standard, 'userdir.active': 'disable' }, '/~anna/').path, '/www/~anna/');
  });

  it('finds the home of a user of the system, if the folder is there', () => {
    const settings = { 'userdir.path': 'pub', 'userdir.basepath': '' };
    assert.equal(map(settings, '/~root/x').path, '/root/pub/x');
    assert.equal(map({ ...settings, 'userdir.path': 'other' }, '/~root/x').path, '/www/~root/x');
  });
});
