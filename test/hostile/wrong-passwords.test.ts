import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { runProgram } from '../helpers/programs.js';
import { startServer } from '../helpers/server.js';
import { isQuickBeside } from './good-client.js';

/** `GUESSES=10000` takes two minutes. */
const guesses = Number(process.env['GUESSES'] ?? 2000);
/** Each answer to a wrong password waits for the next second: this many a second. */
const atOnce = 100;
const attackWithinMs = 200_000;
/** Of who has the right password, and another address. */
const loginWithinMs = 1000;
/** `right`, with the thousand rounds of MD5 that Apache's htpasswd makes. */
const hash = '$apr1$abcdefgh$tPMe7lknrFZeX55XJF00t0';

const installed = (await runProgram(['ab', '-V'])).stdout.includes('ApacheBench');
const skip = installed ? false : 'ab is not installed';

test(`${guesses} wrong passwords from one address: others wait less than twice as long`, {
  skip,
}, async () => {
  const server = await startServer(
    [
      'server.modules = ( "mod_auth", "mod_authn_file" )',
      'server.errorlog = "@ROOT@/error.log"',
      'auth.backend = "htpasswd"',
      'auth.backend.htpasswd.userfile = "@ROOT@/users"',
      'auth.require = ( "/secret" => ( "method" => "basic", "realm" => "r", "require" => "valid-user" ) )',
    ],
    { users: `u:${hash}\n`, 'www/a.txt': 'alpha\n', 'www/secret/a.txt': 'secret\n' },
  );
  const logins: number[] = [];
  const attack = async (): Promise<void> => {
    const url = `http://127.0.0.1:${server.port}/secret/a.txt`;
    const words = ['ab', '-q', '-n', String(guesses), '-c', String(atOnce), '-A', 'u:wrong', url];
    let isOver = false;
    const running = runProgram(words, { timeoutMs: attackWithinMs }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      logins.push(await logIn(server.port));
      await wait(200);
    }
    const { stdout, stderr } = await running;
    assert.match(stdout, new RegExp(`Non-2xx responses: +${guesses}$`, 'm'), stderr);
  };
  const { isQuick, outcomes } = await isQuickBeside(server.port, attack);
  assert.ok(isQuick, outcomes.join('; '));
  assert.ok(Math.max(...logins) < loginWithinMs, `a login took ${Math.max(...logins).toFixed(0)} ms`);
  await server.stop();
});

/** The milliseconds that it takes with the right password, from an address of one's own. */
function logIn(port: number): Promise<number> {
  const start = performance.now();
  const options = {
    port,
    host: '127.0.0.1',
    path: '/secret/a.txt',
    auth: 'u:right',
    localAddress: '127.0.0.2',
  };
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`a right password got ${response.statusCode}`));
      else response.on('end', () => resolve(performance.now() - start));
    })
      .on('error', reject)
      .end();
  });
}
