import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { accepts, acceptsAt, freePort } from '../helpers/ports.js';
import { type Program, runProgram, startProgram, stopProgram } from '../helpers/programs.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

// Programs as people have them behind their servers. Each test is skipped where its program is not installed.

const phpCgi = '/usr/bin/php-cgi';
const lighttpd = '/usr/sbin/lighttpd';
const gitBackend = '/usr/lib/git-core/git-http-backend';
const phpFpm = ['/usr/sbin', '/usr/bin']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .find((path) => /php-fpm(?:[\d.]+)?$/.test(path));
const without = (path: string | undefined) =>
  path !== undefined && existsSync(path) ? false : `no ${path ?? 'program'}`;

const phpFiles = {
  'www/vars.php':
    '<?php ksort($_SERVER); foreach ($_SERVER as $name => $value) if (is_string($value)) echo "$name=$value\\n";'.replaceAll(
      '\\\\',
      '\\',
    ),
  'www/upload.php':
    '<?php if (isset($_FILES["f"])) echo $_FILES["f"]["size"], " ", md5_file($_FILES["f"]["tmp_name"]); else echo strlen($b = file_get_contents("php://input")), " ", md5($b);',
  'www/stream.php':
    '<?php for ($i = 0; $i < 5; $i++) { echo str_repeat("line $i\n", 1000); flush(); usleep(20000); }',
  'www/status.php': '<?php http_response_code(418); header("X-From: php"); echo "teapot";',
  'php.ini': 'upload_max_filesize = 2G\npost_max_size = 2G\nupload_tmp_dir = @ROOT@\nmemory_limit = 512M\n',
};

/** Differ from server to server, or from request to request. */
const own =
  /^(?:REQUEST_TIME|REQUEST_TIME_FLOAT|REMOTE_PORT|SERVER_SOFTWARE|SERVER_PORT|HTTP_HOST|PHP_FCGI_CHILDREN|PATH|OLDPWD|PWD|SHLVL|_)=/;

const running: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of running) await stop();
});

async function variables(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/vars.php/path/info?a=b%20c`, {
    headers: { 'X-One': '1', Cookie: 'c=d' },
  });
  return (await answer.text()).split('\n').filter((line) => line !== '' && !own.test(line));
}

/** The same configuration with Debian's lighttpd, on another port. */
async function startLighttpd(root: string, lines: readonly string[]): Promise<string> {
  const port = await freePort();
  const file = join(root, `reference-${port}.conf`);
  const basics = [
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.document-root = "${root}/www"`,
  ];
  writeFileSync(
    file,
    `${[...basics, ...lines].join('\n').replaceAll('@ROOT@', root).replaceAll('/php.sock', '/php-reference.sock')}\n`,
  );
  const program: Program = startProgram([lighttpd, '-D', '-f', file]);
  running.push(() => stopProgram(program));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(url).catch(() => null)) !== null, 5000);
  return url;
}

async function checkPhp(server: TestServer, megabytes: readonly number[]): Promise<void> {
  for (const size of [1000, ...megabytes.map((count) => count * 1_000_000)]) {
    const content = randomBytes(size);
    const digest = createHash('md5').update(content).digest('hex');
    const form = new FormData();
    form.append('f', new Blob([content]), 'name');
    for (const body of [content, form]) {
      const answer = await fetch(`${server.url}/upload.php`, { method: 'POST', body });
      assert.equal(await answer.text(), `${size} ${digest}`);
    }
  }
  const stream = await (await fetch(`${server.url}/stream.php`)).text();
  assert.equal(stream.split('\n').length, 5001);
  const status = await fetch(`${server.url}/status.php`);
  assert.deepEqual(
    [status.status, status.headers.get('x-from'), await status.text()],
    [418, 'php', 'teapot'],
  );
}

const phpModules = [
  'server.modules = ( "mod_fastcgi" )',
  'server.upload-dirs = ( "@ROOT@" )',
  'server.max-request-size = 2000000',
];

describe('PHP', () => {
  const spawned = [
    ...phpModules,
    'fastcgi.server = ( ".php" => (( "socket" => "@ROOT@/php.sock", "bin-path" => "/usr/bin/php-cgi -c @ROOT@/php.ini", "max-procs" => 1, "bin-environment" => ( "PHP_FCGI_CHILDREN" => "2" ), "broken-scriptfilename" => "enable" )) )',
  ];

  it('as php-cgi that the server starts: the variables that lighttpd gives, uploads, a stream', {
    skip: without(phpCgi),
  }, async () => {
    const server = await startServer(spawned, phpFiles);
    running.push(server.stop);
    if (existsSync(lighttpd)) {
      const reference = await startLighttpd(server.root, spawned);
      assert.deepEqual(await variables(server.url), await variables(reference));
    }
    // a gigabyte with PHP_MEGABYTES=1000
    await checkPhp(server, [
      10,
      ...(process.env['PHP_MEGABYTES'] ?? '').split(',').filter(Boolean).map(Number),
    ]);
  });

  for (const options of ['', ', "keep-alive" => 2']) {
    it(`as php-fpm over a unix socket${options === '' ? '' : ', with connections that stay open'}`, {
      skip: without(phpFpm),
    }, async () => {
      const lines = [
        ...phpModules,
        `fastcgi.server = ( ".php" => (( "socket" => "@ROOT@/fpm.sock", "broken-scriptfilename" => "enable"${options} )) )`,
      ];
      const pool = [
        '[global]',
        'error_log = @ROOT@/fpm.log',
        'daemonize = no',
        '[www]',
        'listen = @ROOT@/fpm.sock',
        'pm = static',
        'pm.max_children = 4',
      ];
      const server = await startServer(lines, { ...phpFiles, 'fpm.conf': `${pool.join('\n')}\n` });
      running.push(server.stop);
      const fpm = startProgram([
        phpFpm!,
        '-R',
        '-F',
        '-c',
        `${server.root}/php.ini`,
        '-y',
        `${server.root}/fpm.conf`,
      ]);
      running.push(() => stopProgram(fpm));
      const isThere = await acceptsAt({ path: `${server.root}/fpm.sock` }, () => fpm.hasEnded());
      assert.ok(isThere, fpm.output());
      await checkPhp(server, [10]);
      const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(`${server.url}/status.php`)));
      assert.ok(answers.every(({ status }) => status === 418));
    });
  }
});

describe('CGI programs', () => {
  it('git over HTTP: clone and push', { skip: without(gitBackend) }, async () => {
    const root = mkdtempSync(join(tmpdir(), 'git-'));
    running.push(async () => rmSync(root, { recursive: true, force: true }));
    const git = async (...words: string[]): Promise<string> => {
      const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
      const { status, stdout, stderr } = await runProgram(
        ['git', '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words],
        { env, timeoutMs: 60_000 },
      );
      assert.equal(status, 0, stderr);
      return stdout;
    };
    mkdirSync(join(root, 'repositories'));
    const bare = join(root, 'repositories/one.git');
    await git('init', '-q', '--bare', '-b', 'main', bare);
    await git('-C', bare, 'config', 'http.receivepack', 'true');
    const server = await startServer([
      'server.modules = ( "mod_alias", "mod_setenv", "mod_cgi" )',
      `alias.url = ( "/git" => "${gitBackend}" )`,
      `$HTTP["url"] =^ "/git" { cgi.assign = ( "" => "" ) setenv.set-environment = ( "GIT_PROJECT_ROOT" => "${root}/repositories", "GIT_HTTP_EXPORT_ALL" => "1" ) }`,
    ]);
    running.push(server.stop);
    const url = `${server.url}/git/one.git`;
    await git('clone', '-q', url, join(root, 'first'));
    writeFileSync(join(root, 'first/large.bin'), randomBytes(3_000_000));
    await git('-C', join(root, 'first'), 'checkout', '-q', '-b', 'main');
    await git('-C', join(root, 'first'), 'add', '.');
    await git('-C', join(root, 'first'), 'commit', '-q', '-m', 'large');
    await git('-C', join(root, 'first'), 'push', '-q', 'origin', 'main');
    await git('clone', '-q', url, join(root, 'second'));
    const head = (folder: string) => git('-C', join(root, folder), 'rev-parse', 'HEAD');
    assert.equal(await head('second'), await head('first'));
  });

  const scripts = [
    [
      'perl',
      'hello.pl',
      'read(STDIN, my $b, $ENV{CONTENT_LENGTH}); print "Content-Type: text/plain\\r\\n\\r\\n$ENV{REQUEST_METHOD} $ENV{QUERY_STRING} $b";',
    ],
    [
      'python3',
      'hello.py',
      'import os, sys\nb = sys.stdin.read(int(os.environ["CONTENT_LENGTH"]))\nprint("Content-Type: text/plain\\n")\nprint(os.environ["REQUEST_METHOD"], os.environ["QUERY_STRING"], b, end="")\n',
    ],
  ] as const;
  for (const [language, name, script] of scripts) {
    const path = ['/usr/bin', '/usr/local/bin']
      .map((folder) => join(folder, language))
      .find((one) => existsSync(one));
    it(`in ${language}`, { skip: without(path) }, async () => {
      const server = await startServer(
        ['server.modules = ( "mod_cgi" )', `cgi.assign = ( "${name.slice(-3)}" => "${path}" )`],
        { [`www/${name}`]: script },
      );
      running.push(server.stop);
      const answer = await fetch(`${server.url}/${name}?a=b`, { method: 'POST', body: 'body' });
      assert.equal(await answer.text(), 'POST a=b body');
    });
  }
});

/** Answers over SCGI or uwsgi, by the protocol that the first byte shows. */
const pythonServer = `
import socketserver, struct, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.read(1)
        names = {}
        if first == b"\\0":
            size = struct.unpack("<H", self.rfile.read(3)[:2])[0]
            data = self.rfile.read(size)
            at = 0
            while at < size:
                pair = []
                for _ in range(2):
                    length = struct.unpack_from("<H", data, at)[0]
                    pair.append(data[at + 2:at + 2 + length].decode("latin1"))
                    at += 2 + length
                names[pair[0]] = pair[1]
        else:
            digits = first
            while not digits.endswith(b":"):
                digits += self.rfile.read(1)
            data = self.rfile.read(int(digits[:-1]) + 1)[:-1].decode("latin1").split("\\0")
            names = dict(zip(data[0::2], data[1::2]))
        body = self.rfile.read(int(names["CONTENT_LENGTH"] or 0))
        text = names["REQUEST_METHOD"] + " " + names["PATH_INFO"] + " " + names["QUERY_STRING"] + " " + str(len(body))
        self.wfile.write(("Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n" + text).encode())
class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    # Python's own 5 are too few for 20 clients at once: the kernel resets what does not fit
    request_queue_size = 64
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`;

describe('a Python program', () => {
  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
  for (const protocol of ['scgi', 'uwsgi']) {
    it(`over ${protocol}`, { skip: without(python) }, async () => {
      const port = await freePort();
      const server = await startServer(
        [
          'server.modules = ( "mod_scgi" )',
          `scgi.protocol = "${protocol}"`,
          `scgi.server = ( "/app" => (( "host" => "127.0.0.1", "port" => ${port}, "check-local" => "disable" )) )`,
        ],
        { 'server.py': pythonServer },
      );
      running.push(server.stop);
      const program = startProgram([python!, `${server.root}/server.py`, String(port)]);
      running.push(() => stopProgram(program));
      assert.ok(await accepts(port, '127.0.0.1', program.hasEnded), program.output());
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
          const body = 'x'.repeat(number * 10_000);
          const answer = await fetch(`${server.url}/app/path?q=${number}`, { method: 'POST', body });
          return answer.text();
        }),
      );
      assert.deepEqual(
        answers,
        Array.from({ length: 20 }, (_, number) => `POST /path q=${number} ${number * 10_000}`),
      );
    });
  }
});
