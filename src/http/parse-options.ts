/** Bits of `server.http-parseopts`; names and values after lighttpd's burl.h. */
export const ParseOption = {
  headerStrict: 0x1,
  hostStrict: 0x2,
  hostNormalize: 0x4,
  urlNormalize: 0x8,
  urlNormalizeUnreserved: 0x10,
  urlNormalizeRequired: 0x20,
  urlNormalizeCtrlsReject: 0x40,
  /** Only Windows acts on it; kept so that configurations read the same. */
  urlNormalizePathBackslashTrans: 0x80,
  urlNormalizePath2fDecode: 0x100,
  urlNormalizePath2fReject: 0x200,
  urlNormalizePathDotsegRemove: 0x400,
  urlNormalizePathDotsegReject: 0x800,
  urlNormalizeQuery20Plus: 0x1000,
  urlNormalizeInvalidUtf8Reject: 0x2000,
  methodGetBody: 0x8000,
} as const;

const defaultUrlOptions =
  ParseOption.urlNormalize |
  ParseOption.urlNormalizeUnreserved |
  ParseOption.urlNormalizeCtrlsReject |
  ParseOption.urlNormalizePath2fDecode |
  ParseOption.urlNormalizePathDotsegRemove |
  ParseOption.urlNormalizeInvalidUtf8Reject;

/** What holds where the configuration says nothing. */
export const defaultParseOptions =
  ParseOption.headerStrict | ParseOption.hostStrict | ParseOption.hostNormalize | defaultUrlOptions;

/** The keys that `server.http-parseopts` knows. */
export const parseOptionKeys: ReadonlyMap<string, number> = new Map([
  ['header-strict', ParseOption.headerStrict],
  ['host-strict', ParseOption.hostStrict],
  ['host-normalize', ParseOption.hostNormalize],
  ['method-get-body', ParseOption.methodGetBody],
  ['url-normalize', ParseOption.urlNormalize],
  ['url-normalize-unreserved', ParseOption.urlNormalizeUnreserved],
  ['url-normalize-required', ParseOption.urlNormalizeRequired],
  ['url-ctrls-reject', ParseOption.urlNormalizeCtrlsReject],
  ['url-path-backslash-trans', ParseOption.urlNormalizePathBackslashTrans],
  ['url-path-2f-decode', ParseOption.urlNormalizePath2fDecode],
  ['url-path-2f-reject', ParseOption.urlNormalizePath2fReject],
  ['url-path-dotseg-remove', ParseOption.urlNormalizePathDotsegRemove],
  ['url-path-dotseg-reject', ParseOption.urlNormalizePathDotsegReject],
  ['url-query-20-plus', ParseOption.urlNormalizeQuery20Plus],
  ['url-invalid-utf8-reject', ParseOption.urlNormalizeInvalidUtf8Reject],
]);

const headerAndHostOptions =
  ParseOption.headerStrict | ParseOption.hostStrict | ParseOption.hostNormalize | ParseOption.methodGetBody;

/**
 * The mask for a list of switches in the order of the file (lighttpd's config_http_parseopts). `url-normalize`
 * switched off beats every other URL option; any URL option that is on switches normalising on. Keys must be
 * of `parseOptionKeys`.
 */
export function readParseOptions(switches: Iterable<readonly [key: string, on: boolean]>): number {
  let options = ParseOption.headerStrict | ParseOption.hostStrict | defaultUrlOptions;
  let urlNormalizeOff = false;
  let decode2f = true;
  for (const [key, on] of switches) {
    const bit = parseOptionKeys.get(key) ?? 0;
    options = on ? options | bit : options & ~bit;
    if (!on && bit === ParseOption.urlNormalize) urlNormalizeOff = true;
    if (!on && bit === ParseOption.urlNormalizePath2fDecode) decode2f = false;
  }
  const others = options & headerAndHostOptions;
  const hostToo = (others & ParseOption.hostStrict) !== 0 ? ParseOption.hostNormalize : 0;
  const url = urlNormalizeOff ? 0 : completeUrlOptions(options & ~headerAndHostOptions, decode2f);
  return others | hostToo | url;
}

/** Normalising needs one of the two ways to decode; without either, the default one comes back. */
function completeUrlOptions(url: number, decode2f: boolean): number {
  if (url === 0) return 0;
  const ways = ParseOption.urlNormalizeUnreserved | ParseOption.urlNormalizeRequired;
  if ((url & ways) !== 0) return url | ParseOption.urlNormalize;
  return (
    url |
    ParseOption.urlNormalize |
    ParseOption.urlNormalizeUnreserved |
    ParseOption.urlNormalizeInvalidUtf8Reject |
    (decode2f ? ParseOption.urlNormalizePath2fDecode : 0)
  );
}
