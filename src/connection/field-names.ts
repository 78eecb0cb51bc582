const names = `Accept Accept-Charset Accept-Encoding Accept-Language Access-Control-Request-Headers
  Access-Control-Request-Method Authorization Cache-Control Connection Content-Encoding Content-Length Content-Type
  Cookie Date Depth Destination DNT Expect Forwarded From Host HTTP2-Settings If If-Match If-Modified-Since
  If-None-Match If-Range If-Unmodified-Since Incremental Keep-Alive Max-Forwards Origin Overwrite Pragma Priority
  Proxy-Authorization Purpose Range Referer Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest
  Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol
  Sec-WebSocket-Version TE Timeout Trailer Transfer-Encoding Upgrade Upgrade-Insecure-Requests User-Agent Via
  X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Requested-With`.split(/\s+/);

const lowerByName: ReadonlyMap<string, string> = new Map(
  names.flatMap((name) => [
    [name, name.toLowerCase()],
    [name.toLowerCase(), name.toLowerCase()],
  ]),
);

/** The lower-case form of a common field name in its usual spellings, without making a string; else undefined. */
export function knownFieldName(name: string): string | undefined {
  return lowerByName.get(name);
}
