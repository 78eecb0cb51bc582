import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fileSystemImports, importCycles, moduleImports, roomImports } from './imports.js';
import { assertHolds, found } from './rule-tests.js';

suite('imports', () => {
  test('rooms import what the table of rooms lets them', () => assertHolds(roomImports));
  test('no module imports another module', () => assertHolds(moduleImports));
  test('only named places touch the file system', () => assertHolds(fileSystemImports));
  test('there are no circles', () => assertHolds(importCycles));
});

suite('the rules themselves see', () => {
  test('an import down the table, of a value or of a type', () => {
    const text = "import type { A } from '../modules/registry.js';\nexport { b } from '../cli/flags.js';\n";
    assert.match(
      found(roomImports, { 'src/http/a.ts': text }),
      /a\.ts:1 http may not import modules.*\n.*a\.ts:2 http may not import cli/,
    );
  });

  test('an import up the table is right', () => {
    const text = "import { a } from '../http/a.js';\nimport * as net from 'node:net';\n";
    assert.equal(found(roomImports, { 'src/connection/a.ts': text }), '');
  });

  test('a dynamic import', () => {
    assert.match(
      found(roomImports, { 'src/base/a.ts': "await import('../http/b.js')" }),
      /base may not import http/,
    );
  });

  test('a file in no room, and a test imported by the program', () => {
    assert.match(found(roomImports, { 'src/stray/a.ts': '' }), /stands in no room/);
    assert.match(
      found(roomImports, { 'src/http/a.ts': "import '../../test/a.js'" }),
      /no part of the program/,
    );
  });

  test('a package away from home, and one without a home', () => {
    const text = "import { x } from 'chevrotain';\nimport y from '@some/thing/deep';";
    const said = found(roomImports, { 'src/http/a.ts': text });
    assert.match(said, /chevrotain is used in grammar alone/);
    assert.match(said, /@some\/thing has no home/);
  });

  test('a supervisor that reaches into one module', () => {
    const text =
      "import { r } from '../modules/registry.js';\nimport { m } from '../modules/mod_ssi/index.js';";
    assert.match(
      found(roomImports, { 'src/process/a.ts': text }),
      /^src\/process\/a\.ts:2 process may not import the module mod_ssi[^\n]*$/,
    );
  });

  test('a module that imports another one, but not its own parts', () => {
    const project = {
      'src/modules/mod_a.ts': "import { b } from './mod_b/index.js';",
      'src/modules/mod_b/index.ts': "import { part } from './part.js';",
      'src/modules/registry.ts': "import { a } from './mod_a.js';",
    };
    assert.match(
      found(moduleImports, project),
      /^src\/modules\/mod_a\.ts:1 module mod_a imports src\/modules\/mod_b\/index\.ts[^\n]*$/,
    );
  });

  test('the file system in the wrong place', () => {
    const text = "import { readFileSync } from 'node:fs';";
    assert.match(found(fileSystemImports, { 'src/modules/mod_a.ts': text }), /node:fs is for/);
    assert.equal(found(fileSystemImports, { 'src/files/a.ts': text, 'src/config/read.ts': text }), '');
  });

  test('a circle of values, and one of types between rooms', () => {
    const circle = {
      'src/http/a.ts': "import { b } from './b.js';",
      'src/http/b.ts': "export { a } from './a.js';",
    };
    assert.match(
      found(importCycles, circle),
      /in a circle: src\/http\/a\.ts -> src\/http\/b\.ts -> src\/http\/a\.ts/,
    );
    const types = {
      'src/http/a.ts': "import type { B } from './b.js';",
      'src/http/b.ts': "import type { A } from './a.js';",
    };
    assert.equal(found(importCycles, types), '');
    const rooms = {
      'src/http/a.ts': "import type { B } from '../log/b.js';",
      'src/log/b.ts': "import type { A } from '../http/a.js';",
    };
    assert.match(found(importCycles, rooms), /in a circle/);
  });
});
