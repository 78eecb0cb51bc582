import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from '../helpers/shared-folder.js';

/** A configuration that somebody wrote for a server. */
export interface CorpusFile {
  /** Path below the corpus. */
  readonly file: string;
  readonly path: string;
  /** The reference's print of it; null where the reference refused it. */
  readonly printed: string | null;
}

interface Row {
  readonly file: string;
  readonly parse: string;
}

const folder = sharedFolder('corpus');

/** Why the corpus cannot be used, for `skip`; false where it can. */
export const corpusIsMissing = folder === null && 'shared/corpus is not beside the project';

/** All configurations but those that run commands: the reference was not given these. */
export function readCorpus(): CorpusFile[] {
  if (folder === null) return [];
  const rows = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Row[];
  return rows
    .filter(({ parse }) => parse !== 'include_shell')
    .map(({ file, parse }) => {
      const printed = join(folder, `${file.replace(/(?:\/.*|\.conf)$/, '')}.printed`);
      const isPrinted = parse === 'ok';
      return { file, path: join(folder, file), printed: isPrinted ? readFileSync(printed, 'latin1') : null };
    });
}
