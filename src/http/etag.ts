/**
 * Does an If-None-Match (or If-Match) list name the entity tag? Tags are compared without their `W/` where weak ones
 * will do (`weakOk`); a weak tag on either side never matches otherwise. `*` alone matches any answer, even one
 * without a tag (lighttpd's http_etag_matches).
 */
export function etagMatches(header: string, etag: string, weakOk: boolean): boolean {
  if (header === '*') return true;
  if (etag === '') return false;
  if (header === etag) return weakOk || !etag.startsWith('W/');
  if (etag.startsWith('W/')) return weakOk && listNames(header, etag.slice(2), true);
  return listNames(header, etag, weakOk);
}

function listNames(list: string, opaqueTag: string, weakOk: boolean): boolean {
  let at = 0;
  while (at < list.length) {
    while (isSeparator(list.charCodeAt(at))) at++;
    const isWeak = list.startsWith('W/', at);
    if (isWeak) at += 2;
    if (!isWeak || weakOk) {
      if (list.startsWith(opaqueTag, at) && isEnd(list, at + opaqueTag.length)) return true;
      if (list.charCodeAt(at) === 42 && isEnd(list, at + 1)) return true;
    }
    at = list.indexOf(',', at);
    if (at < 0) return false;
  }
  return false;
}

function isSeparator(code: number): boolean {
  return code === 32 || code === 9 || code === 44;
}

function isEnd(list: string, at: number): boolean {
  return at >= list.length || isSeparator(list.charCodeAt(at));
}
