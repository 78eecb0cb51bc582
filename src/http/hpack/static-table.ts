/** The static table (RFC 7541, appendix A): a line an entry, name and value; the first has index 1. */
const lines = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`.split('\n');

const entries = lines.map((line) => {
  const nameEnd = line.indexOf(' ');
  return nameEnd < 0 ? ([line, ''] as const) : ([line.slice(0, nameEnd), line.slice(nameEnd + 1)] as const);
});

/** By index; index 0 is not an entry. */
export const staticNames: readonly string[] = ['', ...entries.map(([name]) => name)];
export const staticValues: readonly string[] = ['', ...entries.map(([, value]) => value)];

/** The index of the first entry with a name. */
export const staticNameIndex: ReadonlyMap<string, number> = new Map(
  entries.map(([name], at) => [name, at + 1] as const).reverse(),
);

/** The index of the entry that holds a whole status line; undefined for statuses that have none. */
export const staticStatusIndex: ReadonlyMap<string, number> = new Map(
  entries.flatMap(([name, value], at) => (name === ':status' ? [[value, at + 1] as const] : [])),
);
