/**
 * Does a comma list contain the token (lower case), compared without case? Parameters behind `;` are not looked at;
 * quoted strings are not understood, as in lighttpd (http_header_str_contains_token).
 */
export function hasToken(list: string, token: string): boolean {
  let at = 0;
  while (at < list.length) {
    while (at < list.length && isListSeparator(list.charCodeAt(at))) at++;
    const end = at + token.length;
    if (end > list.length) return false;
    if (isTokenEnd(list, end) && list.slice(at, end).toLowerCase() === token) return true;
    at = list.indexOf(',', at);
    if (at < 0) return false;
  }
  return false;
}

/** The list without any element of that name (lower case); the others stay as they are. */
export function removeToken(list: string, token: string): string {
  if (!hasToken(list, token)) return list;
  const kept = list.split(',').filter((element) => !hasToken(element, token));
  return kept.map((element) => element.trim()).join(', ');
}

function isListSeparator(code: number): boolean {
  return code === 32 || code === 9 || code === 44;
}

function isTokenEnd(list: string, at: number): boolean {
  if (at === list.length) return true;
  const code = list.charCodeAt(at);
  return isListSeparator(code) || code === 59;
}
