import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { type AskedRequest, type Explanation, explainFile } from '../../src/migration/explain/index.js';
import { renderExplanation, renderExplanationJson } from '../../src/migration/explain/render.js';
import { corpusFiles } from '../helpers/corpus.js';

const folder = mkdtempSync(join(tmpdir(), 'explain-steps-'));
after(() => rmSync(folder, { recursive: true }));
for (const name of ['www/d', 'other', 'hosts/a.example', 'hosts/b.example'])
  mkdirSync(join(folder, name), { recursive: true });
for (const name of ['www/a.html', 'www/run.cgi', 'www/x.inc', 'other/f.txt', 'hosts/a.example/a.html'])
  writeFileSync(join(folder, name), 'x'.repeat(2000));
writeFileSync(join(folder, 'users'), 'ann:secret\n');

async function explain(
  lines: readonly string[],
  url: string,
  asked: Partial<AskedRequest> = {},
): Promise<Explanation> {
  const file = join(folder, 'lighttpd.conf');
  writeFileSync(file, `server.document-root = "${folder}/www"\n${lines.join('\n')}\n`);
  const request = { url, method: 'GET', headers: [], remoteIp: '127.0.0.1', ...asked };
  const explanation = await explainFile(file, '', request);
  assert.ok(typeof explanation !== 'string' && !(explanation instanceof DiagnosticList));
  // whatever is explained can be shown
  assert.ok(renderExplanation(explanation).includes('\noutcome\n'));
  assert.ok(Array.isArray(JSON.parse(renderExplanationJson(explanation)).steps));
  return explanation;
}

/** `module: text @line`, without the steps of the server and of mod_staticfile. */
function stepsOf({ steps }: Explanation): string[] {
  return steps
    .filter(({ module }) => module !== 'core' && module !== 'mod_staticfile')
    .map(({ module, text, origin }) => `${module}: ${text}${origin === null ? '' : ` @${origin.line}`}`);
}

test('rewriting names the rule that matches, and goes on with the new target', async () => {
  const rules = [
    'server.modules = ( "mod_rewrite" )',
    'url.rewrite-repeat = (',
    '  "^/never$" => "/x",',
    '  "^/one/(.*)" => "/two/$1",',
    '  "^/two/(.*)" => "/$1" )',
    'url.rewrite-if-not-file = ( "^/lost(.*)" => "/a.html" )',
  ];
  const explanation = await explain(rules, '/one/a.html?q');
  assert.deepEqual(stepsOf(explanation), [
    'mod_rewrite: the rule "^/one/(.*)" matches @5',
    'mod_rewrite: the target is /two/a.html?q',
    'mod_rewrite: the rule "^/two/(.*)" matches @6',
    'mod_rewrite: the target is /a.html?q',
  ]);
  assert.equal(explanation.outcome.path, join(folder, 'www/a.html'));
  assert.equal(explanation.outcome.status, 200);
  assert.deepEqual(stepsOf(await explain(rules, '/lost/x')), [
    'mod_rewrite: the rule "^/lost(.*)" matches @7',
    'mod_rewrite: the target is /a.html',
  ]);
});

test('a rewriting without end is said', async () => {
  const rules = ['server.modules = ( "mod_rewrite" )', 'url.rewrite-repeat = ( "^/(.*)" => "/a/$1" )'];
  const texts = (await explain(rules, '/x')).steps.map(({ text }) => text);
  assert.match(texts.join('\n'), /ENDLESS LOOP/);
  assert.equal(texts.at(-1), 'the connection is closed without an answer');
});

test('redirects, aliases and refusals', async () => {
  const rules = [
    'server.modules = ( "mod_redirect", "mod_alias", "mod_access" )',
    'url.redirect = ( "^/old/(.*)" => "https://new.example/$1" )',
    'alias.url = (',
    `  "/other/" => "${folder}/other/" )`,
    '$HTTP["url"] =~ "inc" { url.access-deny = ( ".inc" ) }',
  ];
  const redirect = await explain(rules, '/old/x');
  assert.deepEqual(stepsOf(redirect), [
    'mod_redirect: the rule "^/old/(.*)" matches @3',
    'mod_redirect: response header Location: https://new.example/x',
    'mod_redirect: answers with 301',
  ]);
  assert.equal(redirect.outcome.status, 301);
  const alias = await explain(rules, '/other/f.txt');
  assert.deepEqual(stepsOf(alias), [
    `mod_alias: "/other/" is served from "${folder}/other/" @5`,
    `mod_alias: the path on disk is ${folder}/other/f.txt`,
  ]);
  assert.deepEqual(
    alias.steps.find(({ module }) => module === 'mod_staticfile')?.text,
    `sends the file ${folder}/other/f.txt`,
  );
  const denied = await explain(rules, '/x.inc');
  assert.deepEqual(stepsOf(denied), ['mod_access: answers with 403 @6']);
  assert.equal(denied.outcome.status, 403);
});

test('hosts, headers, expiry and compression', async () => {
  const rules = [
    'server.modules = ( "mod_setenv", "mod_expire", "mod_deflate", "mod_simple_vhost" )',
    `simple-vhost.server-root = "${folder}/hosts/"`,
    'setenv.add-response-header = (',
    '  "X-One" => "1",',
    '  "X-Two" => "2" )',
    'expire.url = ( "/b" => "access 1 day",',
    '  "/a" => "access 1 hour" )',
    'deflate.mimetypes = ( "text/" )',
    'mimetype.assign = ( ".html" => "text/html" )',
  ];
  const explanation = await explain(rules, 'http://a.example/a.html', {
    headers: [['Accept-Encoding', 'gzip']],
  });
  assert.deepEqual(stepsOf(explanation), [
    'mod_simple_vhost: the document root is '.concat(folder, '/hosts/a.example/ @3'),
    'mod_setenv: response header X-One: 1 @5',
    'mod_setenv: response header X-Two: 2 @6',
    'mod_expire: the rule for "/a" holds @8',
    'mod_expire: response header Cache-Control: max-age=3600',
    'mod_deflate: compresses the answer (gzip) @9',
  ]);
  assert.ok(explanation.outcome.headers.some(([name, value]) => name === 'X-Two' && value === '2'));
});

test('what has an effect is told and not done', async () => {
  const log = join(folder, 'access.log');
  const rules = [
    'server.modules = ( "mod_auth", "mod_authn_file", "mod_accesslog", "mod_cgi", "mod_dirlisting", "mod_status" )',
    `accesslog.filename = "${log}"`,
    'auth.backend = "plain"',
    `auth.backend.plain.userfile = "${folder}/users"`,
    'auth.require = ( "/run" => ( "method" => "basic", "realm" => "R", "require" => "user=ann" ) )',
    'cgi.assign = ( ".cgi" => "/bin/sh" )',
    'dir-listing.activate = "enable"',
    'status.status-url = "/status"',
  ];
  const program = await explain(rules, '/run.cgi');
  const variables = stepsOf(program).filter((step) => step.startsWith('mod_cgi: with '));
  assert.ok(variables.includes(`mod_cgi: with SCRIPT_FILENAME=${folder}/www/run.cgi`), variables.join('\n'));
  assert.deepEqual(
    stepsOf(program).filter((step) => !variables.includes(step)),
    [
      'mod_auth: asks for a user (basic, realm "R", by auth.backend "plain"): user ann; without one the answer is 401 @6',
      `mod_cgi: runs /bin/sh ${folder}/www/run.cgi @7`,
      'mod_cgi: makes the answer',
    ],
  );
  assert.deepEqual([program.outcome.status, program.outcome.module], [null, 'mod_cgi']);
  assert.equal((await explain(rules, '/d/')).outcome.module, 'mod_dirlisting');
  assert.equal((await explain(rules, '/status')).outcome.module, 'mod_status');
  assert.equal(existsSync(log), false);
});

test('modules of old configurations are told, too', async () => {
  const rules = [
    'server.modules = ( "mod_evasive", "mod_uploadprogress", "mod_flv_streaming" )',
    'evasive.max-conns-per-ip = 3',
    'upload-progress.progress-url = "/progress"',
    'flv-streaming.extensions = ( ".html" )',
  ];
  const busy = 'mod_evasive: refuses it with 403 where more than 3 connections of the client are served @3';
  const id = '0123456789abcdef0123456789abcdef';
  const told = await explain(rules, `/progress?X-Progress-ID=${id}`);
  assert.deepEqual(stepsOf(told), [
    busy,
    `mod_uploadprogress: tells how much of the upload ${id} has arrived @4`,
  ]);
  assert.equal(told.outcome.module, 'mod_uploadprogress');
  assert.deepEqual(stepsOf(await explain(rules, `/x/${id}`, { method: 'POST' })), [
    busy,
    `mod_uploadprogress: tells others how much of it has arrived, as the upload ${id} @4`,
  ]);
  const part = await explain(rules, '/a.html?start=5&end=9');
  const text = `sends ${folder}/www/a.html from byte 5 to byte 9, with a head for players`;
  assert.deepEqual(stepsOf(part), [busy, `mod_flv_streaming: ${text} @5`]);
  assert.deepEqual(stepsOf(await explain(rules, '/a.html')), [busy]);
});

test('gateways name the backend, and what it would be sent', async () => {
  const rules = [
    'server.modules = ( "mod_proxy", "mod_fastcgi", "mod_scgi" )',
    'proxy.server = ( "/app/" => (( "host" => "192.0.2.7", "port" => 8080 ), ( "host" => "192.0.2.8" )) )',
    'fastcgi.server = ( ".html" => ( "php" => ( "socket" => "/run/php.sock", "bin-path" => "/bin/php" )) )',
    'scgi.server = ( "/scgi" => (( "host" => "::1", "port" => 4000, "check-local" => "disable" )) )',
  ];
  const proxied = await explain(rules, 'http://h.example/app/x?y', { headers: [['X-One', '1']] });
  const lines = stepsOf(proxied);
  assert.equal(
    lines[0],
    'mod_proxy: hands the request on to one of tcp:192.0.2.7:8080, tcp:192.0.2.8:80 (least-connection), for "/app/" @3',
  );
  for (const line of ['GET /app/x?y HTTP/1.1', 'Host: h.example', 'x-one: 1', 'X-Forwarded-Proto: http'])
    assert.ok(
      lines.some((step) => step.startsWith(`mod_proxy: sends ${line}`)),
      line,
    );
  assert.equal(proxied.outcome.module, 'mod_proxy');
  const php = stepsOf(await explain(rules, '/a.html?q=1'));
  assert.equal(
    php[0],
    'mod_fastcgi: hands the request on to php at unix:/run/php.sock started as /bin/php, for ".html" @4',
  );
  assert.ok(php.some((step) => step.startsWith(`mod_fastcgi: sends SCRIPT_FILENAME=${folder}/www/a.html`)));
  const scgi = stepsOf(await explain(rules, '/scgi/info'));
  assert.ok(
    scgi.some((step) => step.startsWith('mod_scgi: sends PATH_INFO=/info')),
    scgi.join('\n'),
  );
  assert.deepEqual(stepsOf(await explain(rules, '/run.cgi')), []);
});

test('the server answers errors and folders itself', async () => {
  const missing = await explain(['server.error-handler-404 = "/a.html"'], '/nix');
  const handled = missing.steps.find(({ text }) => text === 'the error 404 is answered by /a.html');
  assert.deepEqual([handled?.module, handled?.origin?.line], ['core', 2]);
  assert.equal(missing.outcome.status, 200);
  const bare = await explain([], '/d');
  assert.equal(bare.outcome.status, 301);
  assert.deepEqual(bare.outcome.headers[0], ['Location', '/d/']);
});

const corpus = corpusFiles();

test('configurations of others are explained without a fault', { skip: corpus.length === 0 }, async () => {
  const url = 'http://www.example.org/index.php/x?q=1';
  let explained = 0;
  for (const file of corpus) {
    const explanation = await explainFile(file, '', {
      url,
      method: 'GET',
      headers: [],
      remoteIp: '192.0.2.1',
    });
    if (typeof explanation === 'string' || explanation instanceof DiagnosticList) continue;
    explained++;
    renderExplanationJson(explanation);
    assert.doesNotMatch(renderExplanation(explanation), /a handler failed/, file);
  }
  assert.ok(explained > 50, `${explained} were explained`);
});
