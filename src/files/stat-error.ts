import type { StatError } from './stat-cache.js';

const texts: Readonly<Record<StatError, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EACCES: 'Permission denied',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
  other: 'Unexpected error of the file system',
};

/** The error as the C library says it, for log lines. */
export function statErrorText(error: StatError): string {
  return texts[error];
}
