import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { HomeFolders } from '../../src/files/home-folders.js';

const folder = mkdtempSync(join(tmpdir(), 'homes-'));
const passwd = join(folder, 'passwd');
after(() => rmSync(folder, { recursive: true }));

describe('home folders', () => {
  it('come from the password file, read again when it has changed', () => {
    writeFileSync(passwd, 'anna:x:1:1::/homes/anna:/bin/sh\nbroken\n');
    const homes = new HomeFolders(passwd, null);
    assert.deepEqual(
      ['anna', 'bert', 'broken'].map((user) => homes.homeOf(user)),
      ['/homes/anna', null, null],
    );
    writeFileSync(passwd, 'bert:x:1:1::/homes/bert:/bin/sh\n');
    assert.deepEqual(
      ['anna', 'bert'].map((user) => homes.homeOf(user)),
      [null, '/homes/bert'],
    );
  });

  it('come from other sources, one question at a time, and answers are kept', async () => {
    writeFileSync(passwd, 'anna:x:1:1::/homes/anna:/bin/sh\n');
    const asked: string[] = [];
    let running = 0;
    const homes = new HomeFolders(passwd, async (user) => {
      assert.equal(++running, 1);
      asked.push(user);
      await new Promise(setImmediate);
      running--;
      return user === 'ldap' ? '/ldap' : null;
    });
    const answers = ['ldap', 'ldap', 'zed', 'anna', '-rf', ''].map((user) => homes.homeOf(user));
    assert.deepEqual(await Promise.all(answers), ['/ldap', '/ldap', null, '/homes/anna', null, null]);
    assert.deepEqual(asked, ['ldap', 'zed']);
    assert.equal(homes.homeOf('ldap'), '/ldap');
  });

  it('are none where the file is missing', () => {
    assert.equal(new HomeFolders(join(folder, 'none'), null).homeOf('root'), null);
  });
});
