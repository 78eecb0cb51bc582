import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, describe, it } from 'node:test';
import type { Program, ProgramOptions } from '../../src/backend/program.js';
import { ProgramStarter } from '../../src/backend/program-starter.js';
import { SystemSpawn } from '../../src/backend/system-spawn.js';
import type { LogWriter } from '../../src/log/log-writer.js';
import { until } from '../helpers/until.js';

/** Every byte that a variable or a path can hold, in an order that is no UTF-8. */
const anyBytes = String.fromCharCode(...Array.from({ length: 255 }, (_, i) => 255 - i));
const root = mkdtempSync(`${tmpdir()}/programs-`);
after(() => rmSync(root, { recursive: true }));

async function outputOf(program: Program): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of program.output) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

const system = SystemSpawn.load();
const ways: readonly [name: string, starter: () => ProgramStarter, skip: string | false][] = [
  ['posix_spawn', () => new ProgramStarter(system), typeof system === 'string' ? system : false],
  ['Node', () => new ProgramStarter('wanted so'), false],
];

for (const [name, makeStarter, skip] of ways) {
  describe(`a program started by ${name}`, { skip }, () => {
    const starter = makeStarter();
    // a program alone does not keep a worker
    const waiting = setInterval(() => {}, 1000);
    after(() => {
      clearInterval(waiting);
      starter.stop();
    });

    const start = (file: string, args: readonly string[], more: Partial<ProgramOptions> = {}): Program =>
      starter.start({
        file,
        args,
        folder: '/',
        environment: new Map(),
        input: 'none',
        errors: null,
        onExit() {},
        ...more,
      });
    const shell = (script: string, more: Partial<ProgramOptions> = {}): Program =>
      start('/bin/sh', ['sh', '-c', script], more);
    /** How a program ends: its status or its signal. */
    const endOf = (script: string, use: (program: Program) => void = () => {}): Promise<unknown> =>
      new Promise((resolve) => {
        use(shell(script, { onExit: (status, signal) => resolve(status ?? signal) }));
      });

    it('gets its environment and nothing of the server', async () => {
      const environment = new Map([
        ['A', 'one'],
        ['B', ''],
      ]);
      const printed = await outputOf(start('/usr/bin/env', ['env'], { environment }));
      assert.equal(printed, 'A=one\nB=\n');
    });

    it('gets a name twice: shells take the last value', async () => {
      const environment = new Map([
        ['A', 'one'],
        ['B', 'b'],
      ]);
      assert.equal(
        await outputOf(shell('echo "$A $B"', { environment, repeated: [['A', 'two=2']] })),
        'two=2 b\n',
      );
    });

    it('gets text byte by byte', async () => {
      const printenv = (value: string): Promise<string> =>
        outputOf(start('/usr/bin/env', ['/usr/bin/env', '-0'], { environment: new Map([['A', value]]) }));
      for (const text of ['caf\u00c3\u00a9 $(no) `no` \'"', anyBytes, '\u00ff ends\n\n'])
        assert.equal(await printenv(text), `A=${text}\0`);
      const words = ['/bin/echo', '-n', 'a\u00e9', "it's"];
      assert.equal(await outputOf(start('/bin/echo', words)), "a\u00e9 it's");
    });

    it('may have a name, and be in a folder, of any bytes', async () => {
      const folder = `${root}/${name} caf\u00e9 %41'x`;
      mkdirSync(Buffer.from(folder, 'latin1'));
      const script = `${folder}/run`;
      writeFileSync(Buffer.from(script, 'latin1'), '#!/bin/sh\necho "$0 in $(pwd)"', { mode: 0o755 });
      assert.equal(await outputOf(start(script, [script], { folder })), `${script} in ${folder}\n`);
      assert.equal(await outputOf(start('./run', ['run'], { folder })), `./run in ${folder}\n`);
    });

    it('reads nothing, a file, or what it is sent', async () => {
      assert.equal(await outputOf(shell('cat; ls -l /proc/self/fd/0 | sed "s/.* //"')), '/dev/null\n');
      writeFileSync(`${root}/body`, 'of a file');
      assert.equal(await outputOf(shell('cat', { input: openSync(`${root}/body`, 'r') })), 'of a file');
      const program = shell('cat', { input: 'pipe' });
      program.input!.end('x'.repeat(300_000));
      assert.equal((await outputOf(program)).length, 300_000);
    });

    it('may leave unread what it is sent', async () => {
      const program = shell('exec 0<&-; echo done', { input: 'pipe' });
      program.input!.write(Buffer.alloc(300_000));
      assert.equal(await outputOf(program), 'done\n');
      program.disconnect();
    });

    it('tells how it ended', async () => {
      assert.equal(await endOf('exit 7'), 7);
      assert.equal(await endOf('kill -9 $$'), 'SIGKILL');
      assert.equal(await endOf('sleep 60', (program) => program.kill('SIGTERM')), 'SIGTERM');
      const ends = await Promise.all(Array.from({ length: 20 }, (_, i) => endOf(`exit ${i}`)));
      assert.deepEqual(
        ends,
        ends.map((_, i) => i),
      );
    });

    it('has no signal ignored or held back, and no descriptor but its own three', async () => {
      const masks = await outputOf(shell('grep -E "^Sig(Blk|Ign)" /proc/self/status'));
      assert.match(masks, /^SigBlk:\t0+\nSigIgn:\t0+\n$/);
      // what this process itself was started with may be there too
      const inherited = spawnSync('/bin/ls', ['/proc/self/fd'], { encoding: 'latin1' }).stdout;
      assert.equal(await outputOf(start('/bin/ls', ['ls', '/proc/self/fd'])), inherited);
    });

    it('may write to a log that has no descriptor of its own', async () => {
      let written = '';
      const log: LogWriter = {
        fileDescriptor: -1,
        flush() {},
        write(lines) {
          written += lines;
        },
      };
      await outputOf(shell('echo one >&2; printf two >&2', { errors: log }));
      assert.ok(await until(() => written === 'one\ntwo\n'), written);
    });

    it('is refused, or has no output, where it cannot run; nothing is left open', async () => {
      const noInterpreter = `${root}/${name} text`;
      writeFileSync(noInterpreter, 'echo ran');
      chmodSync(noInterpreter, 0o755);
      const before = readdirSync('/proc/self/fd').length;
      for (const [file, folder] of [
        ['/no/such/program', '/'],
        ['/etc/passwd', '/'],
        ['/bin/true', '/no/such/folder'],
        [noInterpreter, '/'],
        ['/bin/true\0', '/'],
      ]) {
        let output = '';
        try {
          output = await outputOf(start(file, [file], { folder, input: 'pipe' }));
        } catch (error) {
          assert.match(String(error), /ENOENT|EACCES|ENOEXEC|NUL|null bytes/);
        }
        assert.equal(output, '', file);
      }
      assert.ok(await until(() => readdirSync('/proc/self/fd').length <= before));
    });
  });
}
