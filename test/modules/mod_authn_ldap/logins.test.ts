import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../helpers/server.js';
import { slapd, startSlapd, type TestDirectory } from '../../helpers/slapd.js';

const people = 'ou=people,dc=example,dc=org';
const hidden = 'ou=hidden,dc=example,dc=org';
const groups = 'ou=groups,dc=example,dc=org';

function person(uid: string, password: string, below: string): string {
  const kinds = 'objectClass: inetOrgPerson\nsn: x';
  return `dn: uid=${uid.replaceAll(',', '\\,')},${below}\n${kinds}\ncn: ${uid}\nuid: ${uid}\nuserPassword: ${password}\n\n`;
}

function unit(dn: string): string {
  return `dn: ${dn}\nobjectClass: organizationalUnit\nou: ${/=(\w+)/.exec(dn)![1]}\n\n`;
}

const entries = [
  unit(people),
  unit(hidden),
  unit(groups),
  person('ann', 'a:pass word', people),
  person('bob', 'bob', people),
  person('last, first', 'comma', people),
  person('j\u00fcrgen', 'gr\u00fc\u00dfe', people),
  person('eve', 'eve', hidden),
  `dn: cn=staff,${groups}\nobjectClass: posixGroup\ngidNumber: 1\ncn: staff\nmemberUid: ann\n\n`,
  `dn: cn=names,${groups}\nobjectClass: groupOfNames\ncn: names\nmember: uid=bob,${people}\n\n`,
].join('');

describe('mod_authn_ldap', { skip: existsSync(slapd) ? false : 'slapd is not installed' }, () => {
  let directory: TestDirectory;
  let server: TestServer;
  before(async () => {
    directory = await startSlapd(entries);
    const url = `ldap://127.0.0.1:${directory.port}`;
    const ldap = (key: string, value: string) => `auth.backend.ldap.${key} = "${value}"`;
    const rule = (path: string, require = 'valid-user') =>
      `auth.require = ( "${path}" => ( "method" => "basic", "realm" => "r", "require" => "${require}" ) )`;
    const below = (path: string, ...lines: string[]) => `$HTTP["url"] =^ "${path}" { ${lines.join('\n')} }`;
    server = await startServer(
      [
        'server.modules = ( "mod_auth", "mod_authn_ldap" )',
        'auth.backend = "ldap"',
        ldap('hostname', `127.0.0.1:1, ${url}`),
        ldap('base-dn', people),
        ldap('filter', '(uid=$)'),
        ldap('timeout', '1500000'),
        rule('/any/'),
        below('/staff/', rule('/staff/', `group=cn=staff,${groups}`)),
        below('/names/', rule('/names/', `group=cn=names,${groups}`), ldap('groupmember', 'member')),
        below('/dn/', rule('/dn/'), ldap('filter', `,${people}`)),
        below('/hidden/', rule('/hidden/'), ldap('base-dn', hidden)),
        below(
          '/admin/',
          rule('/admin/'),
          ldap('base-dn', hidden),
          ldap('bind-dn', 'cn=admin,dc=example,dc=org'),
          ldap('bind-pw', 'admin'),
        ),
        below('/all/', rule('/all/'), ldap('filter', '(|(uid=?)(uid=ann))')),
        below('/empty/', rule('/empty/'), ldap('allow-empty-pw', 'enable')),
        below(
          '/starttls/',
          rule('/starttls/'),
          ldap('hostname', `ldap://localhost:${directory.port}`),
          ldap('starttls', 'enable'),
          ldap('ca-file', directory.authorityFile),
        ),
        below(
          '/tls/',
          rule('/tls/'),
          ldap('hostname', `ldaps://localhost:${directory.tlsPort}`),
          ldap('ca-file', directory.authorityFile),
        ),
        below(
          '/unknown-ca/',
          rule('/unknown-ca/'),
          ldap('hostname', `ldaps://localhost:${directory.tlsPort}`),
        ),
        below('/down/', rule('/down/'), ldap('hostname', 'ldap://127.0.0.1:1')),
      ],
      Object.fromEntries(
        [
          'any',
          'staff',
          'names',
          'dn',
          'hidden',
          'admin',
          'all',
          'empty',
          'starttls',
          'tls',
          'unknown-ca',
          'down',
        ].map((name) => [`www/${name}/a.txt`, name]),
      ),
    );
  });
  after(async () => {
    await server.stop();
    await directory.stop();
  });

  const statusOf = async (path: string, user: string, password: string): Promise<number> => {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const { status } = await server.get(`/${path}/a.txt`, { Authorization: `Basic ${credentials}` });
    return status;
  };

  for (const [path, user, password, status] of [
    ['any', 'ann', 'a:pass word', 200],
    ['any', 'ann', 'a:pass wor', 401],
    ['any', 'ann', '', 401],
    ['any', 'nobody', 'x', 401],
    ['any', 'j\u00fcrgen', 'gr\u00fc\u00dfe', 200],
    ['any', 'last, first', 'comma', 200],
    ['any', '*', 'bob', 401],
    ['any', 'bob)(uid=*', 'bob', 401],
    ['any', 'eve', 'eve', 401],
    ['staff', 'ann', 'a:pass word', 200],
    ['staff', 'bob', 'bob', 401],
    ['names', 'bob', 'bob', 200],
    ['names', 'ann', 'a:pass word', 401],
    ['dn', 'bob', 'bob', 200],
    ['dn', 'last, first', 'comma', 200],
    ['dn', `bob,${people}`, 'bob', 401],
    ['hidden', 'eve', 'eve', 401],
    ['admin', 'eve', 'eve', 200],
    ['admin', 'bob', 'bob', 401],
    ['all', 'bob', 'a:pass word', 200],
    ['empty', 'bob', '', 200],
    ['starttls', 'bob', 'bob', 200],
    ['tls', 'bob', 'bob', 200],
    ['unknown-ca', 'bob', 'bob', 401],
    ['down', 'bob', 'bob', 401],
  ] as const) {
    it(`${path}: ${user} with "${password}": ${status}`, async () => {
      assert.equal(await statusOf(path, user, password), status);
    });
  }

  it("bytes that are no UTF-8 are nobody's", async () => {
    const credentials = Buffer.from('j\u00fcrgen:x', 'latin1').toString('base64');
    const { status } = await server.get('/any/a.txt', { Authorization: `Basic ${credentials}` });
    assert.equal(status, 401);
  });

  it('says in the error log what is wrong with the directory', () => {
    assert.match(server.output(), /mod_authn_ldap\.c\S* ldap: ldap:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    assert.match(server.output(), /ldap: more than one record returned.*\(\|\(uid=bob\)\(uid=ann\)\)/);
    assert.match(server.output(), /ldap: ldaps:\/\/localhost:\d+: .*self.signed/i);
  });

  it('finds a directory again that was away', async () => {
    await directory.pause();
    assert.equal(await statusOf('any', 'bob', 'bob'), 401);
    await directory.restart();
    assert.equal(await statusOf('any', 'bob', 'bob'), 200);
    await directory.restart();
    assert.equal(await statusOf('any', 'bob', 'bob'), 200);
  });

  it('answers many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => statusOf('any', 'bob', i % 2 === 0 ? 'bob' : 'no')),
    );
    assert.deepEqual(
      all,
      all.map((_, i) => (i % 2 === 0 ? 200 : 401)),
    );
  });
});
