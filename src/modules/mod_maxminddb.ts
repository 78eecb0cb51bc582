/**
 * Looks the client's address up in a GeoIP2 database, and gives programs what it finds there as variables. Runs when
 * a program is about to get its environment.
 */
import { bool, type ConfigOf, type ReadContext, string, stringMap } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { GeoDatabase, textAt } from '../files/geo-database.js';
import { type IpAddress, sameAddress } from '../http/ip-address.js';
import type { ConnectionState } from '../plugin/connection-state.js';
import { defineModule } from '../plugin/define-module.js';
import type { RequestState } from '../plugin/request-state.js';

/** A variable, and the way to its value in the database's records. */
interface GeoVariable {
  readonly name: string;
  readonly path: readonly string[];
}

const directives = {
  'maxminddb.activate': bool({
    scope: 'connection',
    since: '1.4.54',
    doc: 'Look the address of each client up.',
    example: 'maxminddb.activate = "enable"',
  }),
  'maxminddb.db': string({
    scope: 'connection',
    since: '1.4.54',
    entry: readDatabase,
    doc: 'The database file; its name ends in .mmdb. It is read at start: a new one needs a graceful restart.',
    example: 'maxminddb.db = ""',
  }),
  'maxminddb.env': stringMap({
    scope: 'connection',
    since: '1.4.54',
    build: readVariables,
    doc: 'Variables for programs, and where their values stand in the records of the database: names of fields, and numbers of list entries.',
    example:
      'maxminddb.env = ( "GEOIP_COUNTRY_CODE" => "country/iso_code", "GEOIP_REGION" => "subdivisions/0/iso_code" )',
  }),
};

type Config = ConfigOf<typeof directives>;

/** What was found for a connection's client; a proxy's connection can have another client with each request. */
interface Lookup {
  readonly client: IpAddress;
  readonly config: Config;
  readonly found: readonly (readonly [name: string, value: string])[];
}

/** The last lookup for each connection; not kept in the connection, which could then not move to another worker. */
type State = WeakMap<ConnectionState, Lookup>;

export const modMaxminddb = defineModule({
  name: 'mod_maxminddb',
  directives,
  isUsed: (config) => Boolean(config['maxminddb.activate']),
  start: (): State => new WeakMap(),
  hooks: { requestEnv: setVariables },
});

function setVariables(request: RequestState, config: Config, lookups: State): void {
  if (!config['maxminddb.activate']) return;
  const { connection, remoteAddress } = request;
  let lookup = lookups.get(connection);
  if (lookup?.config !== config || !sameAddress(lookup.client.bytes, remoteAddress.bytes)) {
    lookup = { client: remoteAddress, config, found: find(remoteAddress, config) };
    lookups.set(connection, lookup);
  }
  for (const [name, value] of lookup.found) request.env.set(name, value);
}

function find(client: IpAddress, config: Config): Lookup['found'] {
  const record = config['maxminddb.db']?.find(client) ?? null;
  if (record === null) return [];
  const found: [string, string][] = [];
  for (const { name, path } of config['maxminddb.env'] ?? []) {
    const value = textAt(record, path);
    if (value !== undefined) found.push([name, value]);
  }
  return found;
}

/** An empty name leaves the database of the enclosing block. */
function readDatabase(path: string, context: ReadContext): GeoDatabase | undefined {
  if (path === '') return undefined;
  if (!path.endsWith('.mmdb')) return context.fail(`maxminddb.db ${path}: the name does not end in .mmdb`);
  const database = GeoDatabase.open(path);
  return typeof database === 'string' ? context.fail(`maxminddb.db ${path}: ${database}`) : database;
}

/** An empty list leaves the variables of the enclosing block. */
function readVariables({ elements }: ArrayValue, context: ReadContext): readonly GeoVariable[] | undefined {
  const variables: GeoVariable[] = [];
  for (const { key, value } of elements) {
    const path = value.type === 'string' ? value.value : '';
    if (path === '' || path.startsWith('/') || path.endsWith('/'))
      context.fail(
        'a path of maxminddb.env should neither be empty nor begin or end with a slash',
        'Write it as "country/iso_code".',
        value.origin,
      );
    else variables.push({ name: key ?? '', path: path.split('/') });
  }
  return variables.length > 0 && variables.length === elements.length ? variables : undefined;
}
