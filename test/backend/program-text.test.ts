import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { Program } from '../../src/backend/process.js';
import { systemText } from '../../src/backend/program-text.js';

/** Every byte that a variable or a path can hold, in an order that is no UTF-8. */
const anyBytes = String.fromCharCode(...Array.from({ length: 255 }, (_, i) => 255 - i));

async function outputOf(program: Program): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of program.output) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

function run(
  file: string,
  args: string[],
  environment: [string, string][] = [],
  folder = '/',
): Promise<string> {
  const call = { file, args, folder, environment: new Map(environment) };
  return outputOf(new Program({ ...call, input: 'none', errors: null, onExit() {} }));
}

describe('text for the system', () => {
  it('is UTF-8 read as text, and nothing else', () => {
    assert.equal(systemText('plain'), 'plain');
    assert.equal(systemText('caf\u00c3\u00a9'), 'caf\u00e9');
    assert.equal(systemText('caf\u00e9'), null);
  });

  it('reaches a program byte by byte', async () => {
    const text = 'caf\u00c3\u00a9 $(no) `no` \'"';
    const printenv = (value: string): Promise<string> =>
      run('/usr/bin/env', ['/usr/bin/env', '-0'], [['A', value]]);
    assert.equal(await printenv(text), `A=${text}\0`);
    assert.equal(await printenv(anyBytes), `A=${anyBytes}\0`);
    assert.equal(await printenv('\u00ff ends\n\n'), 'A=\u00ff ends\n\n\0');
    assert.equal(await run('/bin/echo', ['/bin/echo', '-n', 'a\u00e9', "it's"]), "a\u00e9 it's");
  });

  it('names folders and files of any bytes', async () => {
    const root = mkdtempSync(`${tmpdir()}/names-`);
    try {
      const folder = `${root}/caf\u00e9 %41'x`;
      mkdirSync(Buffer.from(folder, 'latin1'));
      const script = `${folder}/run`;
      writeFileSync(Buffer.from(script, 'latin1'), '#!/bin/sh\necho "$0 in $(pwd)"', { mode: 0o755 });
      assert.equal(await run(script, [script], [], folder), `${script} in ${folder}\n`);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
