import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type FuzzTarget, startFuzzTarget } from '../fuzz/fuzz-target.js';
import {
  block,
  END_STREAM,
  frame,
  Http2Client,
  post,
  request,
  requestFields,
  settings,
  Type,
  uint32,
} from '../helpers/http2-client.js';
import { p99Ms } from './good-client.js';

// Each flood ends with its connection, and costs nobody else anything.

/** Rounds of a flood, of which each takes some milliseconds; it is to end long before. */
const roundsMax = 400;
const growthMaxMib = 48;
/** CPU time of a server that has nothing to do, in a second. */
const restingSeconds = 0.3;

let target: FuzzTarget;
before(async () => {
  target = await startFuzzTarget();
});
after(() => target.stop());

interface Flood {
  readonly name: string;
  /** The codes that may end the connection. */
  readonly codes: readonly string[];
  readonly bytes: (round: number) => Buffer;
}

const many = (count: number, make: (i: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
/** Requests that nobody ends, each followed by something. */
const posts = (round: number, then: (streamId: number) => Buffer): Buffer =>
  many(50, (i) => {
    const streamId = 2 * (round * 50 + i) + 1;
    return Buffer.concat([post(streamId, '/b.sh'), then(streamId)]);
  });
const nothing = Buffer.alloc(0);
const suspect = ['NO_ERROR', 'ENHANCE_YOUR_CALM'];
const attack = ['ENHANCE_YOUR_CALM'];

const floods: readonly Flood[] = [
  {
    name: 'rapid resets',
    codes: suspect,
    bytes: (round) => posts(round, (id) => frame(Type.RST_STREAM, 0, id, uint32(8))),
  },
  {
    name: 'provoked resets',
    codes: suspect,
    bytes: (round) => posts(round, (id) => frame(Type.WINDOW_UPDATE, 0, id, uint32(0))),
  },
  { name: 'requests beyond the limit', codes: suspect, bytes: (round) => posts(round, () => nothing) },
  {
    name: 'CONTINUATION',
    codes: attack,
    bytes: (round) =>
      Buffer.concat([
        round === 0 ? frame(Type.HEADERS, END_STREAM, 1, block(requestFields('/a.txt'))) : nothing,
        many(10, () => frame(Type.CONTINUATION, 0, 1)),
      ]),
  },
  { name: 'SETTINGS', codes: attack, bytes: () => many(1000, () => settings([4, 65535])) },
  { name: 'PING', codes: attack, bytes: () => many(1000, () => frame(Type.PING, 0, 0, '12345678')) },
  {
    name: 'empty DATA',
    codes: attack,
    bytes: (round) =>
      Buffer.concat([round === 0 ? post(1, '/b.sh') : nothing, many(1000, () => frame(Type.DATA, 0, 1))]),
  },
  {
    name: 'WINDOW_UPDATE',
    codes: attack,
    bytes: () => many(1000, () => frame(Type.WINDOW_UPDATE, 0, 0, uint32(1))),
  },
  {
    name: 'PRIORITY',
    codes: attack,
    bytes: () => many(1000, (i) => frame(Type.PRIORITY, 0, 2 * i + 1, Buffer.from([0, 0, 0, 0, 1]))),
  },
  { name: 'unknown frames', codes: attack, bytes: () => many(1000, () => frame(77, 0, 0, 'x')) },
];

/** CPU time of all processes of the server, in seconds. */
function cpuSeconds(): number {
  return target.processIds().reduce((sum, id) => {
    const stat = readFileSync(`/proc/${id}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

for (const { name, codes, bytes } of floods) {
  test(`a flood of ${name} ends its connection with ${codes.join(' or ')}`, async () => {
    const memory = target.memoryMib();
    const flood = async (): Promise<string> => {
      const client = await Http2Client.connect(target.port);
      await client.until(() => client.frames.length > 2);
      for (let round = 0; round < roundsMax && !client.closed; round++) {
        client.send(bytes(round));
        if (await client.until(() => client.goAway !== null, 4)) break;
      }
      await client.until(() => client.goAway !== null);
      client.close();
      return client.goAway?.code ?? 'nothing';
    };
    const flooding = flood();
    await p99Ms(target.port, flooding);
    const code = await flooding;
    assert.ok(codes.includes(code), `it ended with ${code}`);
    await wait(500);
    const before = cpuSeconds();
    await wait(1000);
    assert.ok(cpuSeconds() - before < restingSeconds, 'the server does not come to rest');
    const grown = target.memoryMib() - memory;
    assert.ok(grown < growthMaxMib, `memory grew by ${grown.toFixed(1)} MiB`);
  });
}

test('a client that asks for much and reads nothing is not read, either', async () => {
  const memory = target.memoryMib();
  const client = await Http2Client.connect(target.port, true, settings([4, 0x7fffffff]));
  client.send(frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x7fff0000)));
  await client.until(() => client.frames.length > 2);
  client.socket.pause();
  for (let i = 0; i < 400; i++) client.send(request(2 * i + 1, '/large.bin'));
  await p99Ms(target.port, wait(1500));
  const grown = target.memoryMib() - memory;
  assert.ok(grown < growthMaxMib, `memory grew by ${grown.toFixed(1)} MiB`);
  client.close();
});
