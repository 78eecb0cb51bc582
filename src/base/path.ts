/** Joins two parts of a path with exactly one slash between them (lighttpd's buffer_append_path_len). */
export function joinPath(base: string, rest: string): string {
  const restHasSlash = rest.startsWith('/');
  if (base.endsWith('/')) return restHasSlash ? base + rest.slice(1) : base + rest;
  return restHasSlash ? base + rest : `${base}/${rest}`;
}

/** The path with a slash at its end; an empty one stays empty. */
export function withSlash(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}
