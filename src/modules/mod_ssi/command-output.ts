import { NodeProgram } from '../../backend/node-program.js';
import type { Program } from '../../backend/program.js';
import type { RequestState } from '../../plugin/request-state.js';

/** More than this ends a program: it would fill the memory. */
const outputBytesMax = 64 * 1024 * 1024;

/** Runs a command of the shell with the server's own environment, and appends what it writes to the answer. */
export async function appendCommandOutput(request: RequestState, command: string): Promise<void> {
  const { conf, responseBody, connection } = request;
  const complain = (problem: string): void => conf.errorLog.error('mod_ssi.c', `${problem}: ${command}`);
  let program: Program;
  try {
    program = new NodeProgram({
      file: '/bin/sh',
      args: ['/bin/sh', '-c', command],
      folder: process.cwd(),
      environment: ownEnvironment(),
      input: 'none',
      errors: conf.breakageLog,
      onExit: (status) => {
        if (status === null) complain('process exited abnormally');
      },
    });
  } catch {
    complain('spawning exec failed');
    return;
  }
  const stop = (): void => program.kill('SIGKILL');
  connection.aborted.then(stop);
  let length = 0;
  for await (const chunk of program.output as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > outputBytesMax) {
      complain(`more than ${outputBytesMax} bytes of output`);
      stop();
      break;
    }
    responseBody.append(chunk);
  }
}

function ownEnvironment(): Map<string, string> {
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env))
    environment.set(latin1Of(name), latin1Of(value ?? ''));
  return environment;
}

function latin1Of(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
