import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer, type TestServer } from '../helpers/server.js';

const secret = 'not for the world';

const config = [
  'server.modules = ( "mod_alias", "mod_userdir", "mod_evhost", "mod_simple_vhost" )',
  'alias.url = ( "/both/" => "@ROOT@/alias/", "/value" => "@ROOT@/alias/", "/key/" => "@ROOT@/alias" )',
  'userdir.path = "public"',
  'userdir.basepath = "@ROOT@/users"',
  '$REQUEST_HEADER["X-By"] == "letter homes" { userdir.letterhomes = "enable" userdir.basepath = "@ROOT@/homes" }',
  '$REQUEST_HEADER["X-By"] == "default host" { simple-vhost.server-root = "@ROOT@/hosts" simple-vhost.default-host = "default.example" simple-vhost.document-root = "docs" }',
  '$REQUEST_HEADER["X-By"] == "whole" { evhost.path-pattern = "@ROOT@/hosts/%_" }',
  '$REQUEST_HEADER["X-By"] == "parts" { evhost.path-pattern = "@ROOT@/hosts/%0/%1/%2" }',
  '$REQUEST_HEADER["X-By"] == "letters" { evhost.path-pattern = "@ROOT@/hosts/%{1.1}%{2.1}" }',
  '$REQUEST_HEADER["X-By"] == "simple" { simple-vhost.server-root = "@ROOT@/hosts" }',
];

/** The secret lies wherever one step, or two, out of a root would lead. */
const files = {
  'secret.txt': secret,
  'users/secret.txt': secret,
  'users/anna/secret.txt': secret,
  'users/anna/public/a.txt': 'a',
  'homes/secret.txt': secret,
  'homes/a/secret.txt': secret,
  'homes/a/anna/secret.txt': secret,
  'homes/a/anna/public/a.txt': 'a',
  'alias/inside.txt': secret,
  'alias/sub/a.txt': 'a',
  'hosts/default.example/secret.txt': secret,
  'hosts/default.example/docs/a.txt': 'a',
  'hosts/a.example/index.html': 'a',
};

const parseOptions: Readonly<Record<string, string>> = {
  'the default': '',
  'url-normalize off': '"url-normalize" => "disable"',
  'url-normalize-required': '"url-normalize-unreserved" => "disable", "url-normalize-required" => "enable"',
  'encoded slashes kept': '"url-path-2f-decode" => "disable"',
  'encoded slashes rejected': '"url-path-2f-decode" => "disable", "url-path-2f-reject" => "enable"',
  'dot segments kept': '"url-path-dotseg-remove" => "disable"',
  'dot segments rejected': '"url-path-dotseg-remove" => "disable", "url-path-dotseg-reject" => "enable"',
  'backslashes turned': '"url-path-backslash-trans" => "enable"',
  'nothing rejected':
    '"url-ctrls-reject" => "disable", "url-invalid-utf8-reject" => "disable", "header-strict" => "disable", "host-strict" => "disable", "host-normalize" => "disable"',
  'all off':
    '"url-normalize" => "disable", "header-strict" => "disable", "host-strict" => "disable", "host-normalize" => "disable"',
};

const roots = ['/', '/both/', '/both/sub/', '/value', '/value/', '/key/', '/~', '/~a/', '/~anna', '/~anna/'];
const dots = ['..', '%2e%2e', '.%2e', '%252e%252e', '..;', '..%00', '%c0%ae%c0%ae', '...', '\\..'];
const slashes = ['/', '//', '%2f', '%252f', '\\', '%5c', '/./'];
const hosts = [
  '..',
  '../x',
  'x/../..',
  '%2e%2e',
  '..%2f',
  '[::1]/..',
  'x..',
  '...',
  '..:80',
  '.',
  'a.example/..',
  '..\\',
];

/** What lies inside of each root: the roots are where the attacks look for them. */
const served = [
  ['/both/sub/a.txt', 'a.example', ''],
  ['/~anna/a.txt', 'a.example', ''],
  ['/~anna/a.txt', 'a.example', 'letter homes'],
  ['/index.html', 'a.example', 'whole'],
  ['/index.html', 'a.example', 'simple'],
  ['/a.txt', 'other.example', 'default host'],
] as const;

function attacks(): string[] {
  return roots.flatMap((root) =>
    dots.flatMap((up) =>
      slashes.flatMap((slash) => [1, 2].map((times) => `${root}${`${up}${slash}`.repeat(times)}secret.txt`)),
    ),
  );
}

/** Sends all requests, a few at a time, each on a connection of its own; gives those that reached the secret. */
async function leaks(server: TestServer, requests: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const waiting = [...requests];
  const worker = async (): Promise<void> => {
    for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
      const { responses } = await server.send(request, { expectClose: true });
      if (responses.some((one) => !('bad' in one) && one.body.toString().includes(secret)))
        found.push(request);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return found;
}

describe('no URL and no host leads out of its folder', () => {
  for (const [name, options] of Object.entries(parseOptions)) {
    it(`with ${name}`, async () => {
      const server = await startServer([...config, `server.http-parseopts = ( ${options} )`], files);
      try {
        const line = (target: string, host: string, by: string): string =>
          `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-By: ${by}\r\nConnection: close\r\n\r\n`;
        const byUrl = attacks().map((target) => line(target, 'a.example', ''));
        const byLetter = attacks()
          .filter((target) => target.startsWith('/~'))
          .map((target) => line(target, 'a.example', 'letter homes'));
        const byHost = hosts.flatMap((host) =>
          ['whole', 'parts', 'letters', 'simple', 'default host'].map((by) => line('/secret.txt', host, by)),
        );
        assert.deepEqual(await leaks(server, [...byUrl, ...byLetter, ...byHost]), []);
        // what is inside is found, by the same look at answers
        assert.equal((await leaks(server, [line('/both/inside.txt', 'a.example', '')])).length, 1);
        for (const [target, host, by] of served) {
          const { responses } = await server.send(line(target, host, by), { expectClose: true });
          assert.ok(
            responses.some((one) => 'status' in one && one.status === 200),
            `${by}: ${target}`,
          );
        }
      } finally {
        await server.stop();
      }
    });
  }
});
