import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addCgiEnvironment, type CgiEnvironmentOptions } from '../../src/backend/cgi-environment.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { bareRequest } from '../helpers/bare-request.js';

function linesOf(request: RequestState, options: CgiEnvironmentOptions = {}): string[] {
  const lines: string[] = [];
  addCgiEnvironment(request, options, (name, value) => lines.push(`${name}=${value}`));
  return lines;
}

function isUnambiguous(...names: string[]): boolean {
  const { request } = bareRequest();
  for (const name of names) request.headers.insert(name, 'x');
  return addCgiEnvironment(request, {}, () => {});
}

describe('the CGI environment', () => {
  it('has the variables of RFC 3875 and those of lighttpd, CONTENT_LENGTH first', () => {
    const { request } = bareRequest();
    request.headers.set('Host', 'a.example:8080');
    request.headers.set('Content-Type', 'text/plain');
    request.headers.set('X-Empty', '');
    request.env.set('ssl-var.x', 'set');
    assert.deepEqual(linesOf(request), [
      'CONTENT_LENGTH=0',
      'QUERY_STRING=q=1',
      'REQUEST_URI=/app/x.cgi/info?q=1',
      'REDIRECT_STATUS=200',
      'SCRIPT_NAME=/app/x.cgi',
      'PATH_INFO=/info',
      'PATH_TRANSLATED=/www/info',
      'SCRIPT_FILENAME=/www/app/x.cgi',
      'DOCUMENT_ROOT=/www',
      'REQUEST_METHOD=GET',
      'SERVER_PROTOCOL=HTTP/1.1',
      'SERVER_SOFTWARE=test/1',
      'GATEWAY_INTERFACE=CGI/1.1',
      'REQUEST_SCHEME=http',
      'SERVER_PORT=8080',
      'SERVER_ADDR=192.0.2.1',
      'SERVER_NAME=a.example',
      'REMOTE_ADDR=198.51.100.7',
      'REMOTE_PORT=4711',
      'HTTP_HOST=a.example:8080',
      'CONTENT_TYPE=text/plain',
      'SSL_VAR_X=set',
    ]);
  });

  it('tells the rewritten target, and leaves REDIRECT_STATUS to an error handler', () => {
    const { request } = bareRequest();
    request.target = '/handler';
    request.errorHandlerSavedStatus = 404;
    const lines = linesOf(request);
    assert.ok(lines.includes('REDIRECT_URI=/handler'));
    assert.ok(!lines.some((line) => line.startsWith('REDIRECT_STATUS')));
  });

  it('gives another machine the paths that it sees', () => {
    const lines = linesOf(bareRequest().request, { docroot: '/srv/app/' });
    assert.ok(lines.includes('SCRIPT_FILENAME=/srv/app/app/x.cgi'));
    assert.ok(lines.includes('DOCUMENT_ROOT=/srv/app/'));
    assert.ok(lines.includes('PATH_TRANSLATED=/srv/app/info'));
  });

  it('bends SCRIPT_FILENAME for PHP, with a slash even without path info', () => {
    const { request } = bareRequest();
    const options = { brokenScriptFilename: true };
    assert.ok(linesOf(request, options).includes('SCRIPT_FILENAME=/www/app/x.cgi/info'));
    request.pathInfo = '';
    assert.ok(linesOf(request, options).includes('SCRIPT_FILENAME=/www/app/x.cgi/'));
  });

  it('strips a prefix from REQUEST_URI at a slash only', () => {
    const { request } = bareRequest();
    assert.ok(linesOf(request, { stripRequestUri: '/app' }).includes('REQUEST_URI=/x.cgi/info?q=1'));
    assert.ok(linesOf(request, { stripRequestUri: '/ap' }).includes('REQUEST_URI=/app/x.cgi/info?q=1'));
  });

  it('tells an authorizer nothing of body and script', () => {
    const lines = linesOf(bareRequest().request, { authorizer: true });
    assert.ok(!lines.some((line) => /^(CONTENT_LENGTH|SCRIPT_NAME|PATH_INFO)=/.test(line)));
  });

  it('takes the address of the connection where the socket is a wildcard, and none for a unix socket', () => {
    const { request } = bareRequest();
    request.serverName = '';
    const withToken = (token: string): string[] => {
      Object.assign(request.connection, { listenSocket: { token } });
      return linesOf(request).filter((line) => /^SERVER_(PORT|ADDR|NAME)/.test(line));
    };
    const any = ['SERVER_PORT=81', 'SERVER_ADDR=192.0.2.1', 'SERVER_NAME='];
    assert.deepEqual(withToken('0.0.0.0:81'), any);
    assert.deepEqual(withToken('[::]:81'), any);
    assert.deepEqual(withToken('[2001:db8::1]:81'), [
      'SERVER_PORT=81',
      'SERVER_ADDR=[2001:db8::1]',
      'SERVER_NAME=',
    ]);
    assert.deepEqual(withToken('/run/web.sock'), ['SERVER_PORT=0', 'SERVER_ADDR=', 'SERVER_NAME=']);
  });

  it('never passes on Proxy, which programs take for a proxy of their own', () => {
    const { request } = bareRequest();
    request.headers.set('pRoxy', 'http://evil/');
    assert.ok(!linesOf(request).some((line) => line.startsWith('HTTP_PROXY')));
  });

  it('finds headers that pose as others', () => {
    assert.equal(isUnambiguous('X-A', 'X-B'), true);
    assert.equal(isUnambiguous('X_A'), true);
    assert.equal(isUnambiguous('X-A', 'X_A'), false);
    assert.equal(isUnambiguous('X.A', 'X-a'), false);
    assert.equal(isUnambiguous('Content_Length'), false);
  });
});
