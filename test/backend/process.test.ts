import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../src/backend/process.js';

async function outputOf(environment: [string, string][], repeated: [string, string][]): Promise<string> {
  let output = '';
  await new Promise<void>((resolve) => {
    const program = new Program({
      file: '/bin/sh',
      args: ['sh', '-c', 'echo "$A $B"; tr "\\0" " " < /proc/self/environ'],
      folder: '/',
      environment: new Map(environment),
      repeated,
      input: 'none',
      errors: null,
      onExit: () => {},
    });
    program.output.on('data', (chunk) => {
      output += chunk;
    });
    program.output.on('end', resolve);
  });
  return output;
}

describe('a program', () => {
  it('gets its environment and nothing of the server', async () => {
    assert.match(
      await outputOf(
        [
          ['A', 'one'],
          ['B', ''],
        ],
        [],
      ),
      /^one \n(?!.*HOME=)/,
    );
  });

  it('gets a name twice: shells take the last value', async () => {
    assert.match(
      await outputOf(
        [
          ['A', 'one'],
          ['B', 'b'],
        ],
        [['A', 'two=2']],
      ),
      /^two=2 b\n/,
    );
  });
});
