import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Load } from './loads.js';
import { loadCore, type RunningServer, startPinned } from './pinned.js';
import { describeRounds, runRounds } from './requests.js';
import { nginxConfig, ours, type ServerKind } from './servers.js';

interface Ports {
  readonly http: number;
  readonly fastcgi: number;
}

const backendLoads: readonly Load[] = [
  { name: 'proxy', path: '/proxy/x', status: 200, connections: 32 },
  { name: 'FastCGI', path: '/fastcgi/x', status: 200, connections: 32 },
];
const cgiLoad: Load = { name: 'CGI', path: '/cgi/hello.sh', status: 200, connections: 8 };

function lighttpdLines({ http, fastcgi }: Ports, options: string): readonly string[] {
  const address = (port: number, own: string): string =>
    `(( "host" => "127.0.0.1", "port" => ${port}${own}${options} ))`;
  return [
    'server.modules += ( "mod_proxy", "mod_fastcgi", "mod_cgi" )',
    `proxy.server = ( "/proxy/" => ${address(http, '')} )`,
    `fastcgi.server = ( "/fastcgi/" => ${address(fastcgi, ', "check-local" => "disable"')} )`,
    'cgi.assign = ( ".sh" => "/bin/sh" )',
    'static-file.exclude-extensions = ( ".sh" )',
  ];
}

/** With connections that stay open, as people who measure nginx have it. */
function nginxKind({ http, fastcgi }: Ports): ServerKind {
  return {
    name: 'nginx, pools',
    isInstalled: () => existsSync('/usr/sbin/nginx'),
    prepare: (folder, site, port) => {
      const file = join(folder, `nginx-gateways-${port}.conf`);
      const upstreams = [
        `upstream http_backend { server 127.0.0.1:${http}; keepalive 32; }`,
        `upstream fastcgi_backend { server 127.0.0.1:${fastcgi}; keepalive 32; }`,
      ];
      const locations = [
        'location /proxy/ { proxy_pass http://http_backend; proxy_http_version 1.1; proxy_set_header Connection ""; }',
        'location /fastcgi/ { fastcgi_pass fastcgi_backend; fastcgi_keep_conn on; include /etc/nginx/fastcgi_params; }',
      ];
      writeFileSync(file, nginxConfig(folder, site, port, upstreams, locations));
      return ['/usr/sbin/nginx', '-c', file, '-e', join(folder, 'nginx.log')];
    },
  };
}

/** Requests that others answer: an HTTP server, a FastCGI program, a CGI script; both kinds of backends on the core of the load. */
export async function compareGateways(
  kinds: readonly ServerKind[],
  folder: string,
  site: string,
  options: { readonly rounds: number; readonly seconds: number; readonly onProgress: (text: string) => void },
): Promise<string> {
  mkdirSync(join(site, 'cgi'), { recursive: true });
  writeFileSync(join(site, 'cgi/hello.sh'), "printf 'Content-Type: text/plain\\r\\n\\r\\nhello\\n'\n");
  const backend = spawn('taskset', ['-c', String(loadCore), process.execPath, backendProgram], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const servers: RunningServer[] = [];
  try {
    const ports = await portsOf(backend);
    const lighttpds = kinds.filter(({ name }) => name !== 'nginx');
    for (const kind of lighttpds)
      servers.push(await startPinned(kind, folder, site, lighttpdLines(ports, '')));
    const pooled: RunningServer[] = [];
    if (kinds.includes(ours)) {
      const lines = lighttpdLines(ports, ', "keep-alive" => 32');
      pooled.push({ ...(await startPinned(ours, folder, site, lines)), name: 'ours, pools' });
      servers.push(...pooled);
    }
    const cgi = await runRounds(
      servers.filter((server) => !pooled.includes(server)),
      [cgiLoad],
      { ...options, folder },
    );
    if (kinds.some(({ name }) => name === 'nginx'))
      servers.push(await startPinned(nginxKind(ports), folder, site));
    const rounds = await runRounds(servers, backendLoads, { ...options, folder });
    const names = servers.map(({ name }) => name);
    const cgiNames = lighttpds.map(({ name }) => name);
    return `Gateways:\n\n${describeRounds(rounds, names)}\n\n${describeRounds(cgi, cgiNames)}`;
  } finally {
    for (const server of servers) await server.stop();
    backend.kill();
  }
}

const backendProgram = fileURLToPath(new URL('gateway-backend.js', import.meta.url));

async function portsOf({ stdout }: ChildProcess): Promise<Ports> {
  const [line] = (await once(stdout!, 'data')) as [Buffer];
  const [http, fastcgi] = String(line).trim().split(' ').map(Number);
  return { http, fastcgi };
}
