import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { type AskedRequest, type Explanation, explainFile } from '../../src/migration/explain/index.js';
import { valueText } from '../../src/migration/explain/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'explain-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'lighttpd.conf');

const site = `server.document-root = "/srv"
server.name = "top"
$HTTP["host"] == "a.example" {
  server.name = "a"
  server.port = 99
  $HTTP["url"] =~ "^/x" { server.name = "ax" }
} else $HTTP["host"] == "b.example" { server.name = "b" }
else { server.name = "c" }
$SERVER["socket"] == ":8443" { server.tag = "tls" }
$HTTP["remote-ip"] == "192.0.2.0/24" { server.tag = "near" }
$REQUEST_HEADER["X-Kind"] == "one, two" { server.tag = "two kinds" }
`;

function ask(text: string, url: string, asked: Partial<AskedRequest> = {}) {
  writeFileSync(file, text);
  return explainFile(file, '', { url, method: 'GET', headers: [], remoteIp: '127.0.0.1', ...asked });
}

async function explained(url: string, asked: Partial<AskedRequest> = {}): Promise<Explanation> {
  const explanation = await ask(site, url, asked);
  assert.ok(typeof explanation !== 'string' && !(explanation instanceof DiagnosticList));
  return explanation;
}

function settingOf({ settings }: Explanation, directive: string) {
  const found = settings.find((setting) => setting.directive === directive);
  assert.ok(found);
  const lines = [found, ...found.overridden].map(({ value, origin }) => [valueText(value), origin.line]);
  return lines;
}

test('each condition says whether it holds, and what it was compared with', async () => {
  const { conditions } = await explained('http://A.example/%78/..%2Fxyz?q');
  assert.deepEqual(
    conditions.slice(0, 4).map(({ holds, reason, compared }) => [holds, reason, compared]),
    [
      [true, 'compared', 'a.example'],
      [true, 'compared', '/xyz'],
      [false, 'branch', null],
      [false, 'branch', null],
    ],
  );
  const other = await explained('http://other.example/x');
  assert.deepEqual(
    other.conditions.slice(0, 4).map(({ holds, reason, depth }) => [holds, reason, depth]),
    [
      [false, 'compared', 0],
      [false, 'outside', 1],
      [false, 'compared', 0],
      [true, 'compared', 0],
    ],
  );
});

test('the last block that holds wins, and what it overrides is named', async () => {
  assert.deepEqual(settingOf(await explained('http://a.example/x'), 'server.name'), [
    ['"ax"', 6],
    ['"a"', 4],
    ['"top"', 2],
  ]);
  assert.deepEqual(settingOf(await explained('/'), 'server.name'), [
    ['"c"', 8],
    ['"top"', 2],
  ]);
});

test('a directive of the whole server does not count inside of a condition', async () => {
  const { settings } = await explained('http://a.example/');
  assert.equal(
    settings.find(({ directive }) => directive === 'server.port'),
    undefined,
  );
});

test('socket, client and headers are those of the request asked about', async () => {
  assert.deepEqual(settingOf(await explained('http://a.example:8443/'), 'server.tag'), [['"tls"', 9]]);
  assert.deepEqual(settingOf(await explained('/', { remoteIp: '192.0.2.9' }), 'server.tag'), [
    ['"near"', 10],
  ]);
  const headers = [
    ['x-kind', 'one'],
    ['X-Kind', 'two'],
    ['Host', 'b.example'],
  ] as const;
  const asked = await explained('http://a.example/', { headers });
  assert.deepEqual(settingOf(asked, 'server.tag'), [['"two kinds"', 11]]);
  assert.equal(asked.request.host, 'b.example');
});

test('what the server would refuse is said, and a wrong configuration gives its problems', async () => {
  assert.match(String(await ask(site, 'http://a.example/%00')), /refused with 400/);
  assert.match(String(await ask(site, 'http://a_b..c/')), /host "a_b\.\.c" is refused with 400/);
  assert.match(String(await ask(site, '/', { method: 'NOSUCH' })), /501/);
  assert.match(String(await ask(site, '/', { remoteIp: 'here' })), /no address/);
  for (const text of ['a = )\n', 'server.port = "x"\n']) {
    const problems = await ask(text, '/');
    assert.ok(problems instanceof DiagnosticList && problems.hasErrors);
  }
});
