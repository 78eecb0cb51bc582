import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type TestServer } from '../../helpers/server.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Names and passwords that break what splits at the wrong place or takes bytes for characters. */
const users: readonly (readonly [name: string, password: string])[] = [
  ['anna', 'secret'],
  ['bert', 'with:colon:'],
  ['"carl"', 'a "quoted" word\\'],
  ['jürgen', 'pässwörd €'],
];

/** As fail2ban's filter for lighttpd reads lines: who failed, and from where. */
const failure =
  /^\S+ \S+ \(mod_auth\.c\.\d+\) (?:password doesn't match for \S+ username: (.+)|digest: auth failed(?: for (.+?))?: (?:wrong password|uri mismatch \([^)]*\)),?) IP: (\S+)\s*$/;

interface DigestParts {
  readonly user: string;
  readonly password: string;
  readonly nonce: string;
  readonly uri: string;
  readonly method?: string;
}

function digest({ user, password, nonce, uri, method = 'GET' }: DigestParts): string {
  const secret = md5(`${user}:area:${password}`);
  const response = md5(`${secret}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
  const name = user.replace(/["\\]/g, '\\$&');
  const text = `Digest username="${name}", realm="area", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="c", response="${response}"`;
  return Buffer.from(text).toString('latin1');
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

suite('logging in', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(
      [
        'server.modules = ( "mod_auth", "mod_authn_file" )',
        'server.feature-flags = ( "auth.delay-invalid-creds" => "disable" )',
        'auth.backend = "plain"',
        'auth.backend.plain.userfile = "@ROOT@/users"',
        'auth.require = (',
        '  "/basic/" => ( "method" => "basic", "realm" => "area", "require" => "valid-user" ),',
        '  "/digest/" => ( "method" => "digest", "realm" => "area", "require" => "valid-user", "nonce-secret" => "s" ) )',
      ],
      {
        'www/basic/a.txt': 'in',
        'www/digest/a.txt': 'in',
        'www/digest/b.txt': 'in',
        users: users.map(([name, password]) => `${name}:${password}\n`).join(''),
      },
    );
  });
  after(() => server.stop());

  const status = async (path: string, authorization: string): Promise<number> =>
    (await server.get(path, { Authorization: authorization })).status;
  const challenge = async (authorization = 'Digest'): Promise<string> => {
    const { headers } = await server.get('/digest/a.txt', { Authorization: authorization });
    return String(headers['www-authenticate']);
  };
  const newNonce = async (): Promise<string> => /nonce="([^"]+)"/.exec(await challenge())?.[1] ?? '';

  test('log lines tell a watcher who failed, and nobody can write another one', async () => {
    await status('/basic/a.txt', basic('anna', 'wrong'));
    await status('/basic/a.txt', basic('x IP: 203.0.113.9\n2026-01-01 00:00:00: (mod_auth.c.1) y', 'wrong'));
    const nonce = await newNonce();
    await status('/digest/a.txt', digest({ user: 'anna', password: 'wrong', nonce, uri: '/digest/a.txt' }));
    await status('/digest/a.txt', digest({ user: 'anna', password: 'secret', nonce, uri: '/digest/other' }));
    const end = performance.now() + 5000;
    let lines: string[] = [];
    while (lines.length < 4 && performance.now() < end) {
      await sleep(20);
      lines = server
        .output()
        .split('\n')
        .filter((line) => line.includes('mod_auth.c'));
    }
    assert.equal(lines.length, 4, lines.join('\n'));
    for (const line of lines) assert.equal(failure.exec(line)?.[3], '127.0.0.1', line);
    assert.deepEqual(
      [failure.exec(lines[0] ?? '')?.[1], failure.exec(lines[2] ?? '')?.[2]],
      ['anna', 'anna'],
    );
  });

  test('names and passwords with colons, quotes and UTF-8', async () => {
    for (const [user, password] of users) {
      assert.equal(await status('/basic/a.txt', basic(user, password)), 200, user);
      assert.equal(await status('/basic/a.txt', basic(user, `${password}x`)), 401, user);
      assert.equal(await status('/basic/a.txt', basic(user, password.slice(0, -1))), 401, user);
    }
    for (const [user, password] of users.filter(([name]) => !name.includes('"'))) {
      const nonce = await newNonce();
      assert.equal(
        await status('/digest/a.txt', digest({ user, password, nonce, uri: '/digest/a.txt' })),
        200,
        user,
      );
    }
  });

  test('a digest is good for its own URL and method, and within the life of its nonce', async () => {
    const nonce = await newNonce();
    const own = digest({ user: 'anna', password: 'secret', nonce, uri: '/digest/a.txt' });
    assert.equal(await status('/digest/a.txt', own), 200);
    // as in lighttpd, a nonce counts for all its life
    assert.equal(await status('/digest/a.txt', own), 200);
    assert.equal(await status('/digest/b.txt', own), 400);
    const otherMethod = digest({
      user: 'anna',
      password: 'secret',
      nonce,
      uri: '/digest/a.txt',
      method: 'POST',
    });
    assert.equal(await status('/digest/a.txt', otherMethod), 401);
  });

  test('a nonce that is too old is stale; one that the server has not made is none', async () => {
    const nonce = await newNonce();
    const old = (Math.floor(Date.now() / 1000) - 700).toString(16);
    const stale = digest({
      user: 'anna',
      password: 'secret',
      nonce: nonce.replace(/^[0-9a-f]+/, old),
      uri: '/digest/a.txt',
    });
    assert.match(await challenge(stale), /stale=true/);
    const forged = digest({ user: 'anna', password: 'secret', nonce: `${nonce}0`, uri: '/digest/a.txt' });
    const answer = await challenge(forged);
    assert.match(answer, /^Digest realm/);
    assert.doesNotMatch(answer, /stale/);
  });
});
