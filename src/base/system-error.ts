import { getSystemErrorMap } from 'node:util';

/**
 * What went wrong, as the C library says it: `No such file or directory`. Node's own text adds the error's name and
 * the call, which operators need not read. Other errors give their message.
 */
export function systemErrorText(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return (errno === undefined ? null : errnoWords(errno)) ?? message ?? String(error);
}

/** The same for an error number as Node's handles give it, which is negative. */
export function systemErrorMessage(errno: number): string {
  return errnoWords(errno) ?? `error ${-errno}`;
}

function errnoWords(errno: number): string | null {
  const words = getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? null : words.charAt(0).toUpperCase() + words.slice(1);
}
