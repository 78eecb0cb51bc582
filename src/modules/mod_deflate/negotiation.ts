/** Content codings in the order in which the server prefers them where nothing else is said. */
export const encodings = ['zstd', 'br', 'gzip', 'x-gzip', 'deflate'] as const;
export type Encoding = (typeof encodings)[number];

/** `deflate.allowed-encodings` names codings loosely: "brotli" is br, and "gzip" allows its old name too. */
export function encodingsNamed(text: string): Encoding[] {
  const named: Encoding[] = [];
  if (text.includes('gzip')) named.push('gzip', 'x-gzip');
  if (text.includes('deflate')) named.push('deflate');
  if (text.includes('br')) named.push('br');
  if (text.includes('zstd')) named.push('zstd');
  return named;
}

/**
 * The first allowed coding that the client names; null where it names none. As in lighttpd, q values and `*` do not
 * count, and names do with their case.
 */
export function chooseEncoding(accepted: string, allowed: readonly Encoding[]): Encoding | null {
  const names = accepted.replace(/;[^,]*/g, '').split(/[ ,]+/);
  return allowed.find((encoding) => names.includes(encoding)) ?? null;
}
