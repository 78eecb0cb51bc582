import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../helpers/project-root.js';

/** Runs the program in the project's folder, as a shell would. */
export function runCommand(words: readonly string[], input = '') {
  const { status, stdout, stderr, error } = spawnSync(join(projectRoot, 'bin/lighttpd-ts'), words, {
    cwd: projectRoot,
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
