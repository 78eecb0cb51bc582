import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type IpAddress, parseIpAddress } from '../../src/http/ip-address.js';
import { modEvasive } from '../../src/modules/mod_evasive.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { ModuleRun } from '../helpers/run-module.js';
import { startServer } from '../helpers/server.js';

const me = '192.0.2.1';
const refused = 'error: 192.0.2.1 turned away. Too many connections.';

function start(change: object = {}) {
  const run = new ModuleRun(modEvasive, [{ settings: { 'evasive.max-conns-per-ip': 2, ...change } }]);
  const connect = () => ({}) as RequestState['connection'];
  /** A request that is being served from now on, until `end`. */
  const begin = (connection = connect(), client = me) => {
    const request = run.request('/');
    request.remoteAddress = parseIpAddress(client) as IpAddress;
    request.connection = connection;
    const result = run.call('uriClean', request);
    assert.equal(result, request.status === 0 ? HandlerResult.goOn : HandlerResult.finished);
    return request;
  };
  const end = (request: RequestState) => run.notify('requestReset', request);
  return { run, connect, begin, end };
}

describe('mod_evasive', () => {
  it('refuses a request where its address has more connections than it may', () => {
    const { run, begin, end } = start();
    const first = begin();
    begin();
    const third = begin();
    assert.deepEqual([first.status, third.status], [0, 403]);
    assert.deepEqual(run.logged, [refused]);
    assert.equal(begin(undefined, '192.0.2.2').status, 0);
    end(third);
    end(first);
    assert.equal(begin().status, 0);
  });

  it('counts a connection once, as long as it has a request', () => {
    const { connect, begin, end } = start();
    const shared = connect();
    const streams = [begin(shared), begin(shared), begin(shared)];
    begin();
    assert.deepEqual(
      streams.concat(begin(shared)).map(({ status }) => status),
      [0, 0, 0, 0],
    );
    end(streams[0]);
    assert.equal(begin().status, 403);
  });

  it('counts a request once that is started again', () => {
    const { run, begin, end } = start({ 'evasive.max-conns-per-ip': 1 });
    const request = begin();
    run.call('uriClean', request);
    end(request);
    end(request);
    assert.equal(begin().status, 0);
    assert.equal(begin().status, 403);
  });

  it('tells the clients behind a proxy apart', () => {
    const { connect, begin, end } = start({ 'evasive.max-conns-per-ip': 1 });
    const proxy = connect();
    end(begin(proxy));
    assert.equal(begin(proxy, '192.0.2.2').status, 0);
    assert.equal(begin().status, 0);
    assert.equal(begin(undefined, '192.0.2.2').status, 403);
  });

  it('sends refused clients elsewhere, and is silent, where asked to', () => {
    const { run, begin } = start({
      'evasive.max-conns-per-ip': 1,
      'evasive.location': 'http://b.example/',
      'evasive.silent': 'enable',
    });
    begin();
    const { status, responseHeaders } = begin();
    assert.deepEqual([status, responseHeaders.get('location'), run.logged], [302, 'http://b.example/', []]);
  });

  it('lets a client in again once its other connection ends', async () => {
    const server = await startServer(['server.modules = ( "mod_evasive" )', 'evasive.max-conns-per-ip = 1'], {
      'www/big': 'x'.repeat(16_000_000),
      'www/a': 'a',
    });
    try {
      const slow = createConnection({ port: server.port, host: '127.0.0.1' });
      slow.write('GET /big HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(slow, 'data');
      slow.pause();
      assert.equal((await server.get('/a')).status, 403);
      slow.destroy();
      let { status } = await server.get('/a');
      for (let i = 0; i < 40 && status === 403; i++) {
        await wait(50);
        ({ status } = await server.get('/a'));
      }
      assert.equal(status, 200);
    } finally {
      await server.stop();
    }
  });
});
