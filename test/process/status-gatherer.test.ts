import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusFigures } from '../../src/plugin/status-figures.js';
import { StatusGatherer, type StatusPeer } from '../../src/process/status-gatherer.js';

const figures = (requests: number): StatusFigures => ({
  startedAt: 100,
  requests,
  bytesOut: 10 * requests,
  recentRequests: 0,
  recentBytesOut: 0,
  connectionsAccepted: requests,
  connectionsMax: 10,
  activities: [],
  connections: [],
  counters: { some: requests },
});

/** A worker that answers with its figures; null: never. */
function peer(gatherer: StatusGatherer, requests: number | null): StatusPeer {
  const self: StatusPeer = {
    send: () => {
      if (requests !== null) setImmediate(() => gatherer.receive(self, figures(requests)));
    },
  };
  return self;
}

test('figures of all workers are summed', async () => {
  const gatherer = new StatusGatherer(50);
  const sum = await gatherer.gather([peer(gatherer, 1), peer(gatherer, 2)]);
  assert.deepEqual(
    [sum.requests, sum.bytesOut, sum.connectionsMax, sum.startedAt, sum.counters],
    [3, 30, 20, 50, { some: 3 }],
  );
});

test('what workers did that have gone still counts', async () => {
  const gatherer = new StatusGatherer(50);
  const worker = peer(gatherer, 5);
  gatherer.update(worker, { requests: 7, bytesOut: 70, connections: 3, connectionsOpen: 2 });
  gatherer.forget(worker);
  const sum = await gatherer.gather([peer(gatherer, 1)]);
  assert.deepEqual([sum.requests, sum.connectionsAccepted, sum.connectionsMax], [8, 4, 10]);
});

test('a worker that does not answer, or ends meanwhile, is left out', async () => {
  const gatherer = new StatusGatherer(50);
  const dying = peer(gatherer, null);
  const pending = gatherer.gather([peer(gatherer, 1), peer(gatherer, null), dying]);
  gatherer.forget(dying);
  assert.equal((await pending).requests, 1);
});
