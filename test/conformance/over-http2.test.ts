import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverCommand } from '../helpers/programs.js';
import { protocols } from './protocol.js';
import { runSuites } from './run-suites.js';

// What the suites ask in well-formed requests, once more over HTTP/2: the answers must be the same.

const suites = [
  'config_cond_chains',
  'core_body',
  'core_connection',
  'core_error_handler',
  'core_errorfile',
  'core_headers',
  'core_host',
  'core_response',
  'core_url_default',
  'core_url_dotseg_reject',
  'core_url_off',
  'core_url_unreserved',
  'mod_access',
  'mod_alias',
  'mod_auth_basic',
  'mod_auth_digest',
  'mod_cgi_env',
  'mod_cgi_response',
  'mod_deflate',
  'mod_dirlisting',
  'mod_evhost',
  'mod_fastcgi_response',
  'mod_indexfile',
  'mod_magnet_lib',
  'mod_proxy_balance',
  'mod_proxy_response',
  'mod_rewrite',
  'mod_setenv',
  'mod_simple_vhost',
  'mod_userdir',
  'mod_webdav_locks',
  'static_conditional',
  'static_methods',
  'static_mime',
  'static_names',
  'static_paths',
  'static_range',
];

/** Cases that HTTP/2 answers otherwise, in lighttpd too, and why. */
const others: readonly (readonly [RegExp, string])[] = [
  [/protocol-http11 off/, 'the setting turns HTTP/1.1 into HTTP/1.0'],
  [/and the connection$|closes the connection, a GET behind/, 'the connection goes on with other streams'],
  [/mimetypes|text\/\* :/, 'scripts and style sheets get a Priority'],
  [
    /endless loop|rewrites$|a target without slash|an absolute target/,
    'the stream is reset, not the connection',
  ],
];

/** Where the scheme itself is asked for. */
const ofPlainHttp = ['core_host', 'mod_rewrite'];

for (const name of ['h2c', 'h2s']) {
  const asked = name === 'h2s' ? suites.filter((suite) => !ofPlainHttp.includes(suite)) : suites;
  const running = runSuites(asked, {
    server: serverCommand,
    protocol: protocols[name],
    wants: (test) => !others.some(([pattern]) => pattern.test(test)),
  });
  for (const [index, suite] of asked.entries()) {
    test(`${suite} over ${name}`, async () => {
      const { cases } = (await running[index]) ?? { cases: [] };
      assert.notEqual(cases.length, 0);
      const wrong = cases.filter(({ differences }) => differences.length > 0);
      assert.deepEqual(wrong, []);
    });
  }
}
