import { join } from 'node:path';
import type { FileTree } from '../helpers/lay-out.js';
import { openDescriptors, processTree, readIfThere, residentMib } from '../helpers/processes.js';
import { projectRoot } from '../helpers/project-root.js';
import { startServer, type TestServer } from '../helpers/server.js';

/** A server with one worker, a small site and short timeouts, watched from outside. */
export interface FuzzTarget {
  readonly port: number;
  /** Fails where a plain request is not answered at once. */
  checkAnswers(): Promise<void>;
  /** Ids of the server's processes, so that a worker that died and came back is noticed. */
  processIds(): readonly number[];
  /** Resident memory of all its processes, in MiB. */
  memoryMib(): number;
  /** Descriptors that its processes have open. */
  openDescriptors(): number;
  /** What it has said, on its channels and in its log. */
  log(): string;
  stop(): Promise<void>;
}

const files: FileTree = {
  uploads: { dir: true },
  'www/index.html': 'index\n',
  'www/a.txt': 'alpha\n',
  'www/b.txt': 'bravo\n',
  'www/n.txt': { repeat: ['0123456789', 100] },
  'www/large.bin': { repeat: ['x', 4_000_000] },
  'www/dir/index.html': 'dir index\n',
  'www/dir/sub/f.txt': 'f\n',
  'www/h.sh': '',
  'www/b.sh': '',
  'www/e.sh': '',
  'www/c.cgi': '',
};

const configuration: readonly string[] = [
  'server.errorlog = "@ROOT@/error.log"',
  'server.upload-dirs = ( "@ROOT@/uploads" )',
  'server.max-worker = 1',
  'server.max-read-idle = 4',
  'server.max-write-idle = 4',
  'server.max-keep-alive-idle = 2',
  'server.max-request-size = 64',
  'server.modules = ( "mod_access", "mod_redirect", "mod_indexfile", "mod_setenv", "mod_read_body", "mod_staticfile" )',
  'index-file.names = ( "index.html" )',
  'mimetype.assign = ( ".txt" => "text/plain", ".html" => "text/html", "" => "application/octet-stream" )',
  'url.access-deny = ( "~", ".inc" )',
  'url.redirect = ( "^/go/(.*)$" => "/to/$1?${esc:0}" )',
  'server.error-handler-404 = "/b.sh"',
  '$HTTP["host"] =~ "^(www\\.)?plus" { setenv.add-response-header = ( "X-Host" => "%0" ) }',
  '$HTTP["querystring"] =~ "stream" { server.stream-request-body = 1 }',
];

export async function startFuzzTarget(): Promise<FuzzTarget> {
  const server = await startServer(configuration, files, ['-m', `${projectRoot}fixtures/fuzz/modules`]);
  const log = () => server.output() + readIfThere(join(server.root, 'error.log'));
  const ids = () => processTree(server.pid);
  return {
    port: server.port,
    log,
    processIds: ids,
    memoryMib: () => residentMib(ids()),
    openDescriptors: () => openDescriptors(ids()),
    checkAnswers: () => checkAnswers(server, log),
    stop: server.stop,
  };
}

async function checkAnswers(server: TestServer, log: () => string): Promise<void> {
  const answer = await server.get('/a.txt').catch((error: Error) => error.message);
  const isRight = typeof answer !== 'string' && answer.status === 200 && String(answer.body) === 'alpha\n';
  if (!isRight) throw new Error(`a good request got ${JSON.stringify(answer)}\n${log()}`);
}
