import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type IpAddress, parseIpAddress } from '../../src/http/ip-address.js';
import { modGeoip } from '../../src/modules/mod_geoip.js';
import { type DatabaseValue, geoDatabase } from '../helpers/geo-database.js';
import { ModuleRun } from '../helpers/run-module.js';

const folder = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
after(() => rmSync(folder, { recursive: true }));

function start(type: string, record: DatabaseValue): ModuleRun {
  const file = join(folder, `${type}.mmdb`);
  writeFileSync(file, geoDatabase(type, { '192.0.2.0/24': record }));
  return new ModuleRun(modGeoip, [{ settings: { 'geoip.db-filename': file } }]);
}

function environment(run: ModuleRun, address = '192.0.2.1', before: Record<string, string> = {}) {
  const request = run.request('/');
  request.remoteAddress = parseIpAddress(address) as IpAddress;
  for (const [name, value] of Object.entries(before)) request.env.set(name, value);
  run.notify('requestEnv', request);
  return Object.fromEntries(request.env);
}

const country = { iso_code: 'US', names: { de: 'USA', en: 'United States' } };
const countryVariables = {
  GEOIP_COUNTRY_CODE: 'US',
  GEOIP_COUNTRY_CODE3: 'USA',
  GEOIP_COUNTRY_NAME: 'United States',
};

describe('mod_geoip', () => {
  it('tells the country', () => {
    const run = start('GeoLite2-Country', { country });
    assert.deepEqual(environment(run), countryVariables);
    assert.deepEqual(environment(run, '203.0.113.1'), {});
    assert.deepEqual(environment(run, '192.0.2.1', { GEOIP_COUNTRY_CODE: 'FR' }), {
      GEOIP_COUNTRY_CODE: 'FR',
    });
  });

  it('tells the city', () => {
    const run = start('GeoIP2-City', {
      country,
      city: { names: { en: 'Mountain View' } },
      location: { latitude: 37.386, longitude: -122.0838, metro_code: 807n },
      postal: { code: '94040' },
      subdivisions: [{ iso_code: 'CA' }],
    });
    assert.deepEqual(environment(run), {
      ...countryVariables,
      GEOIP_CITY_REGION: 'CA',
      GEOIP_CITY_NAME: 'Mountain View',
      GEOIP_CITY_POSTAL_CODE: '94040',
      GEOIP_CITY_DMA_CODE: '807',
      GEOIP_CITY_AREA_CODE: '0',
      GEOIP_CITY_LATITUDE: '37.386000',
      GEOIP_CITY_LONG_LATITUDE: '-122.083800',
    });
  });

  it('leaves open what the database does not say', () => {
    assert.deepEqual(environment(start('GeoLite2-Country', {})), {});
    const city = environment(start('GeoLite2-City', {}));
    assert.equal(city.GEOIP_CITY_NAME, '');
    assert.equal(city.GEOIP_CITY_LATITUDE, '0.000000');
    assert.equal(city.GEOIP_COUNTRY_CODE, undefined);
  });

  it('refuses the old format and databases of other things, and says what to do', () => {
    const old = join(folder, 'GeoIP.dat');
    writeFileSync(old, '\0\0\0\xff\xff\xff\x01');
    const { items } = new ModuleRun(modGeoip, [{ settings: { 'geoip.db-filename': old } }]).diagnostics;
    const error = items.find(({ severity }) => severity === 'error');
    assert.equal(error?.summary, `geoip.db-filename ${old}: it is no GeoIP2 database`);
    assert.match(error?.detail ?? '', /old format \(\.dat\).*GeoLite2/);
    const numbers = start('GeoLite2-ASN', {}).diagnostics.items.find(({ severity }) => severity === 'error');
    assert.match(numbers?.summary ?? '', /the type GeoLite2-ASN is not supported/);
  });

  it('is idle without a database', () => {
    assert.equal(new ModuleRun(modGeoip, [{ settings: { 'geoip.db-filename': '' } }]).isUsed, false);
  });
});
