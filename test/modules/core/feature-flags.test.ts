import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { featureFlags } from '../../../src/modules/core/feature-flags.js';
import { projectRoot } from '../../helpers/project-root.js';

interface Use {
  readonly name: string;
  readonly fallback: string;
  readonly path: string;
}

/** Each `features.bool('name', fallback)` and its like. */
function usesOf(path: string): Use[] {
  const text = readFileSync(join(projectRoot, 'src', path), 'utf8');
  const calls = text.matchAll(/\.(?:bool|int|text)\(\s*'([\w-]+\.[\w.-]+)',\s*([^)]+?),?\s*\)/g);
  return [...calls].map(([, name, fallback]) => ({ name, fallback: fallback.replaceAll("'", '"'), path }));
}

const uses = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap(usesOf);

test('the code asks for flags of the table alone, with the defaults that the table names', () => {
  assert.ok(uses.length > 5);
  for (const { name, fallback, path } of uses) {
    assert.ok(Object.hasOwn(featureFlags, name), `${path} asks for ${name}`);
    assert.equal(fallback, JSON.stringify(featureFlags[name].default), `${path}: ${name}`);
  }
});

test('a flag is asked for where the table says that it is honoured, and nowhere else', () => {
  const asked = [...new Set(uses.map(({ name }) => name))].sort();
  const honoured = Object.keys(featureFlags).filter((name) => featureFlags[name].honouredBy);
  assert.deepEqual(asked, honoured.sort());
});
