import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { LogFrameReader } from '../../src/log/log-channel.js';

const channelModule = new URL('../../src/log/log-channel.js', import.meta.url).href;

/** Runs code in a child that has its end of the channel as descriptor 3; gives what came out of the other end. */
async function received(code: string): Promise<[string, string][]> {
  const script = `import { ChannelLogs } from '${channelModule}';
    const logs = new ChannelLogs(3, (bytes) => console.log('lost', bytes)); ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const batches: [string, string][] = [];
  const reader = new LogFrameReader((name, lines) => batches.push([name, lines.toString('latin1')]));
  child.stdio[3]?.on('data', (chunk: Buffer) => assert.ok(reader.read(chunk)));
  await new Promise((resolve) => child.on('close', resolve));
  return batches;
}

test("a worker's lines arrive under their log's name, each once and in order", async () => {
  const batches = await received(`
    for (let i = 0; i < 50000; i++) logs.open(i % 2 ? '/odd' : '/even').write('line ' + i + '\\n');
    logs.syslog(3).write('\\xe9\\n');
    await logs.close();`);
  const all = (name: string): string => batches.map(([log, lines]) => (log === name ? lines : '')).join('');
  const lines = (first: number): string =>
    Array.from({ length: 25000 }, (_, i) => `line ${2 * i + first}\n`).join('');
  assert.equal(all('/even'), lines(0));
  assert.equal(all('/odd'), lines(1));
  assert.equal(all('syslog/3'), '\xe9\n');
});

test('frames come out the same however the stream is cut', () => {
  const frame = (name: string, lines: string): Buffer => {
    const head = Buffer.alloc(14);
    head.writeUInt32LE(lines.length, 0);
    head.writeUInt16LE(name.length, 4);
    return Buffer.concat([head, Buffer.from(name + lines, 'latin1')]);
  };
  const frames: [string, string][] = [
    ['/a', 'one\n'],
    ['', ''],
    ['|b'.repeat(300), 'x'.repeat(1000)],
  ];
  const stream = Buffer.concat(frames.map(([name, lines]) => frame(name, lines)));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 })), (cuts) => {
      const seen: [string, string][] = [];
      const reader = new LogFrameReader((name, lines) => seen.push([name, lines.toString('latin1')]));
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        reader.read(stream.subarray(at, at + cut));
        at += cut;
      }
      assert.deepEqual(seen, frames);
    }),
  );
});

test('bytes that are no frames are refused instead of waited for', () => {
  const reader = new LogFrameReader(() => assert.fail());
  assert.equal(reader.read(Buffer.from('GET / HTTP/1.1')), false);
});
