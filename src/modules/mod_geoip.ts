/**
 * Tells programs the client's country, and with a database of cities the place, in the variables `GEOIP_...`. Gone
 * from lighttpd since 1.4.64, as the old databases (`.dat`) are: it reads their successors here, as mod_maxminddb does,
 * and gives the variables their old names. Runs when a program is about to get its environment.
 */
import { countryCodeOfThree } from '../base/country-codes.js';
import { bool, type ConfigOf, type ReadContext, string } from '../config/directive.js';
import { GeoDatabase, type GeoRecord, textAt } from '../files/geo-database.js';
import { defineModule } from '../plugin/define-module.js';
import type { RequestState } from '../plugin/request-state.js';

interface Database {
  readonly file: GeoDatabase;
  readonly hasCities: boolean;
}

const directives = {
  'geoip.db-filename': string({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    replacedBy: 'maxminddb.db of mod_maxminddb',
    entry: readDatabase,
    doc: 'The database file, of countries or of cities, in the format of GeoLite2 and GeoIP2. Files of the old format (.dat) are refused.',
    example: 'geoip.db-filename = ""',
  }),
  'geoip.memory-cache': bool({
    scope: 'connection',
    since: '1.4.42',
    until: '1.4.63',
    replacedBy: 'mod_maxminddb',
    inert: 'the database is always in memory',
    doc: 'Keep the whole database in memory.',
    example: 'geoip.memory-cache = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modGeoip = defineModule({
  name: 'mod_geoip',
  directives,
  isUsed: (config) => config['geoip.db-filename'] !== undefined,
  hooks: { requestEnv: setVariables },
});

function setVariables(request: RequestState, config: Config): void {
  const { env, remoteAddress } = request;
  const database = config['geoip.db-filename'];
  if (database === undefined || env.has('GEOIP_COUNTRY_CODE')) return;
  const record = database.file.find(remoteAddress);
  if (record === null) return;
  setCountry(env, record);
  if (database.hasCities) setCity(env, record);
}

function setCountry(env: RequestState['env'], record: GeoRecord): void {
  const code = textAt(record, ['country', 'iso_code']);
  const name = textAt(record, ['country', 'names', 'en']);
  const codeOfThree = code && countryCodeOfThree(code);
  if (code !== undefined) env.set('GEOIP_COUNTRY_CODE', code);
  if (codeOfThree) env.set('GEOIP_COUNTRY_CODE3', codeOfThree);
  if (name !== undefined) env.set('GEOIP_COUNTRY_NAME', name);
}

/** Each of these is set, empty or 0 where the database does not say it. Area codes are in no database any more. */
function setCity(env: RequestState['env'], record: GeoRecord): void {
  env.set('GEOIP_CITY_REGION', textAt(record, ['subdivisions', '0', 'iso_code']) ?? '');
  env.set('GEOIP_CITY_NAME', textAt(record, ['city', 'names', 'en']) ?? '');
  env.set('GEOIP_CITY_POSTAL_CODE', textAt(record, ['postal', 'code']) ?? '');
  env.set('GEOIP_CITY_DMA_CODE', textAt(record, ['location', 'metro_code']) ?? '0');
  env.set('GEOIP_CITY_AREA_CODE', '0');
  env.set('GEOIP_CITY_LATITUDE', degrees(record, 'latitude'));
  env.set('GEOIP_CITY_LONG_LATITUDE', degrees(record, 'longitude'));
}

function degrees(record: GeoRecord, field: string): string {
  return Number(textAt(record, ['location', field]) ?? 0).toFixed(6);
}

/** An empty name leaves the database of the enclosing block. */
function readDatabase(path: string, context: ReadContext): Database | undefined {
  if (path === '') return undefined;
  const file = GeoDatabase.open(path);
  if (typeof file === 'string') {
    return context.fail(
      `geoip.db-filename ${path}: ${file}`,
      'The old format (.dat) is no longer made and not read. Name a GeoLite2 or GeoIP2 database of countries or cities (.mmdb).',
    );
  }
  const hasCities = /City|Enterprise/.test(file.type);
  if (hasCities || file.type.includes('Country')) return { file, hasCities };
  return context.fail(
    `geoip.db-filename ${path}: a database of the type ${file.type} is not supported`,
    'Name one of countries or cities, or use mod_maxminddb, which reads every type.',
  );
}
