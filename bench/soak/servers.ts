import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askForReload } from '../../src/process/control-socket.js';

export interface SoakSite {
  readonly folder: string;
  readonly port: number;
  readonly tunnelPort: number;
  readonly tlsPort: number;
  /** Key and certificate, in one file. */
  readonly pemfile: string;
}

/** A server that can be told to reload while it is used. */
export interface SoakServer {
  readonly name: string;
  readonly isInstalled: boolean;
  /** Does `reload` return only once new requests are answered by the new configuration? */
  readonly promises: boolean;
  /** HTTP/2 with prior knowledge, on the same port as HTTP/1.1. */
  readonly speaksHttp2: boolean;
  readonly uploadPath: string;
  /** Writes the configuration whose answers say `generation-NUMBER`. */
  configure(site: SoakSite, generation: number): void;
  command(site: SoakSite): readonly string[];
  reload(site: SoakSite): Promise<void>;
}

function lighttpdConfig(site: SoakSite, generation: number): string {
  const { folder, port, tunnelPort, tlsPort, pemfile } = site;
  return `server.modules = ( "mod_openssl", "mod_cgi", "mod_proxy", "mod_staticfile", "mod_accesslog" )
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}/www"
server.pid-file = "${folder}/server.pid"
server.errorlog = "${folder}/error.log"
accesslog.filename = "${folder}/access.log"
server.tag = "generation-${generation}"
server.max-worker = 2
server.stream-request-body = 1
server.max-keep-alive-requests = 65535
$SERVER["socket"] == "127.0.0.1:${tlsPort}" {
  ssl.engine = "enable"
  ssl.pemfile = "${pemfile}"
}
mimetype.assign = ( ".txt" => "text/plain", ".bin" => "application/octet-stream" )
$HTTP["url"] =~ "^/cgi/" { cgi.assign = ( "" => "" ) }
$HTTP["url"] == "/tunnel" {
  proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => ${tunnelPort} ) ) )
  proxy.header = ( "upgrade" => "enable" )
}
`;
}

/** As editors do: the file is never half written. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const ownProgram = fileURLToPath(new URL('../../../bin/lighttpd-ts', import.meta.url));
const pidOf = ({ folder }: SoakSite): number => Number(readFileSync(join(folder, 'server.pid'), 'latin1'));

function lighttpdKind(
  name: string,
  program: string,
  reload: SoakServer['reload'],
  promises: boolean,
): SoakServer {
  return {
    name,
    isInstalled: existsSync(program),
    promises,
    speaksHttp2: true,
    uploadPath: '/cgi/checksum',
    configure: (site, generation) =>
      replace(join(site.folder, 'server.conf'), lighttpdConfig(site, generation)),
    command: ({ folder }) => [program, '-D', '-f', join(folder, 'server.conf')],
    reload,
  };
}

const nginx: SoakServer = {
  name: 'nginx',
  isInstalled: existsSync('/usr/sbin/nginx'),
  promises: false,
  speaksHttp2: false,
  uploadPath: '/upload',
  configure: ({ folder, port, tunnelPort, tlsPort, pemfile }, generation) =>
    replace(
      join(folder, 'server.conf'),
      `daemon off; worker_processes 2; pid ${folder}/server.pid; error_log ${folder}/error.log; user root;
events { worker_connections 4096; }
http {
  access_log ${folder}/access.log; sendfile on; keepalive_timeout 60; keepalive_requests 1000000;
  client_max_body_size 100m;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${port}; listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate ${pemfile}; ssl_certificate_key ${pemfile}; root ${folder}/www; add_header X-Generation generation-${generation} always;
    location /tunnel { proxy_pass http://127.0.0.1:${tunnelPort}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }
    location /upload { proxy_pass http://127.0.0.1:${tunnelPort}; }
  }
}
`,
    ),
  command: ({ folder }) => [
    '/usr/sbin/nginx',
    '-c',
    join(folder, 'server.conf'),
    '-e',
    join(folder, 'error.log'),
  ],
  reload: async (site) => {
    process.kill(pidOf(site), 'SIGHUP');
  },
};

export const soakServers: readonly SoakServer[] = [
  lighttpdKind(
    'lighttpd-ts',
    ownProgram,
    async ({ folder }) => {
      const { ok, lines } = await askForReload(join(folder, 'server.pid'));
      if (!ok) throw new Error(`reload failed: ${lines.join('; ')}`);
    },
    true,
  ),
  lighttpdKind(
    'lighttpd',
    '/usr/sbin/lighttpd',
    async (site) => {
      process.kill(pidOf(site), 'SIGUSR1');
    },
    false,
  ),
  nginx,
];

/** Resident memory of a process and all its children, and how many files they have open. */
export function footprint(pid: number): { processes: number; megabytes: number; files: number } {
  const pids = descendants(pid);
  const memory = pids.map((one) =>
    Number(/^Rss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0),
  );
  const files = pids.map((one) => execFileSync('sh', ['-c', `ls /proc/${one}/fd 2>/dev/null | wc -l`]));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    processes: pids.length,
    megabytes: Math.round(sum(memory) / 1024),
    files: sum(files.map((count) => Number(count.toString()))),
  };
}

function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(/\s+/).filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendants)];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
