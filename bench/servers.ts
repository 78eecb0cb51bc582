import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server under test: how to start it on a site. */
export interface ServerKind {
  readonly name: string;
  readonly isInstalled: () => boolean;
  /** Writes its configuration into the folder and gives the command that keeps it in the foreground. */
  readonly prepare: (
    folder: string,
    site: string,
    port: number,
    extra?: readonly string[],
  ) => readonly string[];
}

const ownProgram = fileURLToPath(new URL('../../bin/lighttpd-ts', import.meta.url));

/** What both lighttpds get; extra lines come last. */
function lighttpdConfig(site: string, port: number, extra: readonly string[] = []): string {
  const lines = [
    'server.modules = ( "mod_indexfile", "mod_staticfile" )',
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.document-root = "${site}"`,
    'server.max-worker = 0',
    'server.max-fds = 32768',
    'server.max-connections = 12000',
    'server.max-keep-alive-idle = 60',
    'index-file.names = ( "index.html" )',
    'mimetype.assign = ( ".html" => "text/html", ".bin" => "application/octet-stream" )',
    ...extra,
  ];
  return `${lines.join('\n')}\n`;
}

function lighttpd(name: string, program: readonly string[], path: string): ServerKind {
  return {
    name,
    isInstalled: () => existsSync(path),
    prepare: (folder, site, port, extra) => {
      const file = join(folder, `${name}-${port}.conf`);
      writeFileSync(file, lighttpdConfig(site, port, extra));
      return [...program, '-D', '-f', file];
    },
  };
}

/** With its cache of open files, as the others have one. */
export function nginxConfig(
  folder: string,
  site: string,
  port: number,
  upstreams: readonly string[] = [],
  locations: readonly string[] = [],
): string {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; user root;
events { worker_connections 12000; }
worker_rlimit_nofile 32768;
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; etag on; keepalive_timeout 60;
  open_file_cache max=1000; open_file_cache_valid 2s;
  types { text/html html; application/octet-stream bin; }
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  ${upstreams.join('\n  ')}
  server { listen 127.0.0.1:${port} backlog=4096; root ${site}; ${locations.join(' ')} }
}
`;
}

export const ours: ServerKind = lighttpd('lighttpd-ts', [process.execPath, ownProgram], ownProgram);

/** All that are compared, ours first. */
export const serverKinds: readonly ServerKind[] = [
  ours,
  lighttpd('lighttpd', ['/usr/sbin/lighttpd'], '/usr/sbin/lighttpd'),
  {
    name: 'nginx',
    isInstalled: () => existsSync('/usr/sbin/nginx'),
    prepare: (folder, site, port) => {
      const file = join(folder, `nginx-${port}.conf`);
      writeFileSync(file, nginxConfig(folder, site, port));
      return ['/usr/sbin/nginx', '-c', file, '-e', join(folder, 'nginx.log')];
    },
  },
];
