import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../helpers/project-root.js';
import { type Must, mustsOfHpack, mustsOfHttp2 } from './musts.js';

const folders = ['test/connection/h2', 'test/http/hpack', 'test/modules/mod_openssl', 'test/hostile'];

/** Every string of the tests, without its quotes: their names are among them. */
const strings = folders
  .flatMap((folder) => readdirSync(join(projectRoot, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.test.ts') && !path.endsWith('musts.test.ts'))
  .map((path) => readFileSync(join(projectRoot, path), 'utf8'))
  .flatMap((text) => text.match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`/g) ?? [])
  .map((literal) => literal.slice(1, -1));

/** A short name must be a whole one: it could be a part of anything. */
const isNamed = (name: string): boolean =>
  strings.some((text) => (name.includes(' ') ? text.includes(name) : text === name));

function check(musts: readonly Must[]): void {
  for (const [section, demand, ...names] of musts) {
    assert.ok(names.length > 0, `${section}, ${demand}: no test`);
    for (const name of names) assert.ok(isNamed(name), `${section}, ${demand}: no test is called "${name}"`);
  }
}

test('each MUST of RFC 9113, sections 3 to 8, has its tests', () => check(mustsOfHttp2));
test('each MUST of RFC 7541 has its tests', () => check(mustsOfHpack));
