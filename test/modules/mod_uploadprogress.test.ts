import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { modUploadprogress } from '../../src/modules/mod_uploadprogress.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import { ModuleRun } from '../helpers/run-module.js';
import { startServer } from '../helpers/server.js';

const id = '0123456789abcdef0123456789ABCDEF';
const settings = { 'upload-progress.progress-url': '/progress' };

function start() {
  const run = new ModuleRun(modUploadprogress, [{ settings }]);
  const post = (target: string, header?: string, received = 7) => {
    const request = run.request(target);
    Object.assign(request, { method: 'POST', body: { length: 100, bytesIn: received } });
    if (header !== undefined) request.headers.set('X-Progress-ID', header);
    assert.equal(run.call('uriClean', request), HandlerResult.goOn);
    return request;
  };
  const ask = (target = `/progress?X-Progress-ID=${id}`) => {
    const request = run.request(target);
    const result = run.call('uriClean', request);
    if (result === HandlerResult.goOn) return null;
    const { status, responseHeaders, responseBody } = request;
    return `${status} ${responseHeaders.get('content-type')} ${Buffer.concat(responseBody.parts as Buffer[])}`;
  };
  return { run, post, ask };
}

const told = (received: number) =>
  `200 text/xml <?xml version="1.0" encoding="iso-8859-1"?><upload><size>100</size><received>${received}</received></upload>`;
const unknown = '200 undefined not in progress';

describe('mod_uploadprogress', () => {
  it('knows an upload by its id, wherever that stands', () => {
    const uploads: readonly (readonly [string, string?])[] = [
      ['/upload', id],
      ['/upload', `${id}; more`],
      [`/upload?a=b&X-Progress-ID=${id}&c`],
      [`/upload/${id}`],
    ];
    for (const [target, header] of uploads) {
      const { post, ask } = start();
      post(target, header);
      assert.equal(ask(), told(7), target);
    }
  });

  it('takes no other ids, and says so where one is meant', () => {
    const { run, post, ask } = start();
    post('/upload', `${id}0`);
    post('/upload?X-Progress-ID=xyz');
    post(`/upload/0${id}`);
    post('/upload');
    assert.equal(run.logged.length, 2);
    assert.equal(ask(), unknown);
    assert.match(run.logged[2], /ID not known: 0123/);
    assert.equal(ask('/progress?X-Progress-ID=123'), null);
    assert.equal(ask('/progress'), null);
    assert.equal(ask(`/other?X-Progress-ID=${id}`), null);
  });

  it('forgets an upload with its answer; an id that is taken stays with the first', () => {
    const { run, post, ask } = start();
    const first = post('/a', id, 1);
    const second = post('/b', id, 2);
    assert.equal(ask(), told(1));
    run.notify('requestReset', second);
    assert.equal(ask(), told(1));
    run.notify('requestReset', first);
    assert.equal(ask(), unknown);
    post('/c', id, 3);
    assert.equal(ask(), told(3));
  });

  it('tells how an upload to a program gets on', async () => {
    const server = await startServer(
      [
        'server.modules = ( "mod_uploadprogress", "mod_cgi" )',
        'cgi.assign = ( ".cgi" => "/bin/cat" )',
        'upload-progress.progress-url = "/progress"',
      ],
      { 'www/a.cgi': 'Status: 204\n\n' },
    );
    try {
      const client = createConnection({ port: server.port, host: '127.0.0.1' });
      const received = async () => {
        const { body } = await server.get('/progress', { 'X-Progress-ID': id });
        return /<size>1000<\/size><received>(\d+)</.exec(body.toString())?.[1];
      };
      const receives = async (bytes: number) => {
        for (let i = 0; i < 60 && (await received()) !== String(bytes); i++) await wait(25);
        assert.equal(await received(), String(bytes));
      };
      client.write(`POST /a.cgi HTTP/1.1\r\nHost: a\r\nX-Progress-ID: ${id}\r\nContent-Length: 1000\r\n\r\n`);
      client.write('x'.repeat(400));
      await receives(400);
      client.write('x'.repeat(300));
      await receives(700);
      client.destroy();
      for (let i = 0; i < 60 && (await received()) !== undefined; i++) await wait(25);
      assert.equal(await received(), undefined);
    } finally {
      await server.stop();
    }
  });
});
