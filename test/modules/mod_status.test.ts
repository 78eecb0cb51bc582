import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { scaled, statusPage } from '../../src/modules/mod_status/status-page.js';
import { countersText, metricsText, statusText } from '../../src/modules/mod_status/text-pages.js';
import { addFigures, type ConnectionFigures, type StatusFigures } from '../../src/plugin/status-figures.js';
import { startServer, type TestServer } from '../helpers/server.js';

const connection: ConnectionFigures = {
  client: '192.0.2.1',
  activity: 'write',
  bodyBytesIn: 0,
  bodyLength: 0,
  bytesOut: 10,
  bytesMade: 20,
  seconds: 3,
  host: 'a.example',
  uri: '/<script>',
  target: '/<script>',
  file: '',
};
const figures: StatusFigures = {
  startedAt: 1000,
  requests: 12_345,
  bytesOut: 5_000_000,
  recentRequests: 50,
  recentBytesOut: 51_200,
  connectionsAccepted: 7,
  connectionsMax: 5,
  activities: ['write', 'keep-alive'],
  connections: [connection],
  counters: { 'b"': 2, a: 1 },
};

test('numbers are scaled as lighttpd writes them', () => {
  assert.equal(scaled(0, 1000), '0  ');
  assert.equal(scaled(999.9, 1000), '999  ');
  assert.equal(scaled(12_345, 1000), '12 k');
  assert.equal(scaled(1536, 1024), '1.50 k');
  assert.equal(scaled(3 * 1024 ** 3, 1024), '3.00 G');
});

test('workers are summed', () => {
  const sum = addFigures(figures, { ...figures, startedAt: 900, counters: { a: 4, c: 1 } });
  assert.equal(sum.startedAt, 900);
  assert.equal(sum.requests, 24_690);
  assert.equal(sum.connectionsMax, 10);
  assert.deepEqual(sum.activities, ['write', 'keep-alive', 'write', 'keep-alive']);
  assert.deepEqual(sum.counters, { 'b"': 2, a: 5, c: 1 });
});

test('text for programs', () => {
  assert.equal(
    statusText(figures, 1060),
    'Total Accesses: 12345\nTotal kBytes: 4882\nUptime: 60\nBusyServers: 2\nIdleServers: 3\nScoreboard: Wk___\n',
  );
  assert.equal(countersText(figures), 'a: 1\nb": 2\n');
});

test('figures for Prometheus have their type, and labels that cannot break out', () => {
  const lines = metricsText(figures).split('\n');
  for (const line of [
    '# TYPE lighttpd_requests_total counter',
    'lighttpd_requests_total 12345',
    'lighttpd_connections{state="write"} 1',
    'lighttpd_connections{state="read"} 0',
    'lighttpd_counter{name="b\\""} 2',
  ])
    assert.ok(lines.includes(line), line);
});

/** A sample: its name, its labels with their escapes, a number. */
const sample = /^([a-z_]+)(?:\{([a-z]+="(?:[^"\\\n]|\\[\\"n])*")\})? (\d+(?:\.\d+)?)$/;

/** Reads the exposition format as a scraper does: every sample belongs to the metric that was typed last. */
function readExposition(text: string): Map<string, number> {
  assert.ok(text.endsWith('\n'));
  const samples = new Map<string, number>();
  let typed = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, type] = /^# TYPE ([a-z_]+) (?:counter|gauge|untyped)$/.exec(line) ?? [];
    if (type !== undefined) typed = type;
    if (line.startsWith('#')) {
      assert.match(line, /^# (?:HELP [a-z_]+ \S|TYPE )/);
      continue;
    }
    const [, name, labels = '', value] = sample.exec(line) ?? assert.fail(`no sample: ${line}`);
    assert.equal(name, typed);
    assert.ok(!samples.has(name + labels), `${line} stands there twice`);
    samples.set(name + labels, Number(value));
  }
  return samples;
}

test('all figures for Prometheus can be read, those of all workers summed', () => {
  const samples = readExposition(metricsText(addFigures(figures, figures)));
  assert.equal(samples.get('lighttpd_requests_total'), 24_690);
  assert.equal(samples.get('lighttpd_response_bytes_total'), 10_000_000);
  assert.equal(samples.get('lighttpd_connections_max'), 10);
  assert.equal(samples.get('lighttpd_connectionsstate="write"'), 2);
  assert.equal(samples.get('lighttpd_countername="b\\""'), 4);
});

test('what clients send is no markup on the page', () => {
  const options = {
    tag: 'tag<b>',
    authority: '<i>',
    serverName: '<u>',
    query: '',
    isSortable: false,
    now: 94_065,
  };
  const page = statusPage(figures, options);
  assert.doesNotMatch(page, /<script|<b>tag|<i>|<u>/);
  assert.match(page, /<td>Uptime<\/td><td class="string">1 days 1 hours 51 min 5 s</);
  assert.match(page, /<td class="int">10\/20<\/td><td class="string">write<\/td><td class="int">3</);
});

suite('a running server', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(
      [
        'server.modules = ( "mod_status" )',
        'status.status-url = "/status"',
        'server.feature-flags += ( "status.metrics-url" => "/metrics" )',
      ],
      { 'www/a.txt': 'a\n' },
    );
  });
  after(() => server.stop());
  const text = async (path: string): Promise<string> => (await server.get(path)).body.toString('latin1');

  test('counts what it has answered and shows who asks', async () => {
    const before = JSON.parse(await text('/status?json'));
    for (let i = 0; i < 3; i++) await server.get('/a.txt');
    const after = JSON.parse(await text('/status?json'));
    assert.equal(after.RequestsTotal - before.RequestsTotal, 4);
    assert.equal(after.BusyServers, 1);
    const page = await text('/status?x');
    assert.match(page, /<td class="string">127\.0\.0\.1<\/td>.*handle-req.*\/status\?x \(\/status\?x\)/);
  });

  test('has figures for Prometheus where the flag says so', async () => {
    const { body, headers } = await server.get('/metrics');
    assert.match(JSON.stringify(headers), /version=0\.0\.4/);
    assert.ok(readExposition(body.toString()).has('lighttpd_requests_total'));
  });
});

test('every worker counts for the figures, whichever answers', async () => {
  const server = await startServer(
    [
      'server.modules = ( "mod_status" )',
      'server.max-worker = 2',
      'server.feature-flags += ( "status.metrics-url" => "/metrics" )',
    ],
    { 'www/a.txt': 'a\n' },
  );
  try {
    const requests = async (): Promise<number> =>
      readExposition((await server.get('/metrics')).body.toString()).get('lighttpd_requests_total') ?? -1;
    const before = await requests();
    for (let i = 0; i < 20; i++) await server.get('/a.txt');
    assert.equal((await requests()) - before, 21);
  } finally {
    await server.stop();
  }
});
