import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type IpAddress, parseIpAddress } from '../../src/http/ip-address.js';
import { modMaxminddb } from '../../src/modules/mod_maxminddb.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import type { PlainBlock } from '../config/tree-of.js';
import { geoDatabase } from '../helpers/geo-database.js';
import { ModuleRun } from '../helpers/run-module.js';
import { startServer } from '../helpers/server.js';

const folder = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'GeoLite2-City.mmdb');
const place = (code: string, city: string) => ({
  country: { iso_code: code },
  city: { names: { en: city } },
  location: { latitude: 52 },
});
writeFileSync(
  file,
  geoDatabase('GeoLite2-City', {
    '192.0.2.0/24': place('DE', 'Berlin'),
    '198.51.100.0/24': place('CH', 'Zürich'),
    '127.0.0.0/8': { country: { iso_code: 'US' } },
  }),
);

const settings = {
  'maxminddb.activate': 'enable',
  'maxminddb.db': file,
  'maxminddb.env': { CODE: 'country/iso_code', CITY: 'city/names/en', LATITUDE: 'location/latitude' },
};

/** The variables of a request, on a connection of its own unless one is given. */
function environment(run: ModuleRun, address: string, host = 'a.example', connection: object = {}) {
  const request = run.request('/', host);
  request.remoteAddress = parseIpAddress(address) as IpAddress;
  request.connection = connection as RequestState['connection'];
  run.notify('requestEnv', request);
  return [...request.env].map(([name, value]) => `${name}=${value}`).join(' ');
}

describe('mod_maxminddb', () => {
  it('sets the variables that the database has a value for', () => {
    const run = new ModuleRun(modMaxminddb, [{ settings }]);
    assert.equal(environment(run, '192.0.2.1'), 'CODE=DE CITY=Berlin LATITUDE=52.00000');
    assert.equal(environment(run, '198.51.100.1'), 'CODE=CH CITY=Z\xc3\xbcrich LATITUDE=52.00000');
    assert.equal(environment(run, '127.0.0.1'), 'CODE=US');
    assert.equal(environment(run, '203.0.113.1'), '');
  });

  it('looks again where a proxy brings another client, or other settings hold, on the same connection', () => {
    const other: PlainBlock = { settings: { 'maxminddb.env': { PLACE: 'city/names/en' } } };
    const run = new ModuleRun(modMaxminddb, [{ settings }, other]);
    const connection = {};
    const ask = (host: string, address: string) => environment(run, address, host, connection);
    assert.match(ask('b.example', '192.0.2.1'), /CITY=Berlin/);
    assert.match(ask('b.example', '192.0.2.2'), /CITY=Berlin/);
    assert.match(ask('b.example', '198.51.100.1'), /CITY=Z\xc3\xbcrich/);
    assert.equal(ask('b.example', '203.0.113.1'), '');
    assert.equal(ask('a.example', '192.0.2.1'), 'PLACE=Berlin');
  });

  it('is idle unless it is activated and has a database', () => {
    assert.equal(
      new ModuleRun(modMaxminddb, [{ settings: { ...settings, 'maxminddb.activate': 0 } }]).isUsed,
      false,
    );
    const none = new ModuleRun(modMaxminddb, [{ settings: { ...settings, 'maxminddb.db': '' } }]);
    assert.equal(environment(none, '192.0.2.1'), '');
  });

  it('keeps what the enclosing block has where a block sets nothing', () => {
    const empty: PlainBlock = { settings: { 'maxminddb.db': '', 'maxminddb.env': {} } };
    const run = new ModuleRun(modMaxminddb, [{ settings }, empty]);
    assert.equal(environment(run, '127.0.0.1'), 'CODE=US');
  });

  const broken = join(folder, 'broken.mmdb');
  writeFileSync(broken, 'no database');
  const wrong: readonly (readonly [PlainBlock['settings'], RegExp])[] = [
    [{ 'maxminddb.db': '/nonexistent/a.mmdb' }, /No such file or directory/],
    [{ 'maxminddb.db': broken }, /it is no GeoIP2 database/],
    [{ 'maxminddb.db': '/etc/passwd' }, /does not end in \.mmdb/],
    [{ 'maxminddb.env': { A: '' } }, /neither be empty/],
    [{ 'maxminddb.env': { A: '/country' } }, /neither be empty/],
    [{ 'maxminddb.env': { A: 'country', B: 'country/' } }, /neither be empty/],
  ];
  for (const [change, summary] of wrong) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const { items } = new ModuleRun(modMaxminddb, [{ settings: change }]).diagnostics;
      assert.match(items.map((item) => item.summary).join('\n'), summary);
    });
  }

  it('gives programs the variables, of the client that a trusted proxy names', async () => {
    const server = await startServer(
      [
        'server.modules = ( "mod_extforward", "mod_maxminddb", "mod_cgi" )',
        'extforward.forwarder = ( "127.0.0.1" => "trust" )',
        'cgi.assign = ( ".sh" => "/bin/sh" )',
        `maxminddb.db = "${file}"`,
        'maxminddb.activate = "enable"',
        'maxminddb.env = ( "CODE" => "country/iso_code", "CITY" => "city/names/en" )',
      ],
      { 'www/a.sh': 'printf "Content-Type: text/plain\\n\\n$CODE $CITY"\n' },
    );
    try {
      const ask = async (headers = {}) => (await server.get('/a.sh', headers)).body.toString();
      assert.equal(await ask(), 'US ');
      assert.equal(await ask({ 'X-Forwarded-For': '198.51.100.7' }), 'CH Zürich');
    } finally {
      await server.stop();
    }
  });
});
