import { lowerAscii } from '../../base/ascii.js';
import { isFieldName, isFieldValue } from '../../http/field-syntax.js';
import type { HeaderList } from '../../http/header-list.js';
import { checkHost } from '../../http/host.js';
import { ParseOption } from '../../http/parse-options.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { LuaProxy } from './lua.js';

const logPlace = 'mod_magnet.c';

/** Fields that say how the message is framed, and those of the connection, are not a script's. */
const unchangeable = new Set(['content-length', 'connection', 'transfer-encoding']);

/** `lighty.r.req_header` (and `lighty.request`). */
export function requestHeaders(current: () => RequestState): LuaProxy {
  return headerTable(
    () => current().headers,
    (name, value) => {
      const request = current();
      const lower = lowerAscii(name);
      if (unchangeable.has(lower) || lower === 'set-cookie') return;
      if (lower === 'host') setHost(request, value);
      else setField(request, request.headers, 'request', name, value);
    },
  );
}

/** `lighty.r.resp_header`. */
export function responseHeaders(current: () => RequestState): LuaProxy {
  return headerTable(
    () => current().responseHeaders,
    (name, value) => setResponseHeader(current(), name, value),
  );
}

export function setResponseHeader(request: RequestState, name: string, value: string): void {
  if (!unchangeable.has(lowerAscii(name)))
    setField(request, request.responseHeaders, 'response', name, value);
}

function headerTable(list: () => HeaderList, set: (name: string, value: string) => void): LuaProxy {
  return {
    get: (name) => fieldValue(list(), lowerAscii(name)),
    set: (name, lua) => set(name, lua.optionalText(3) ?? ''),
    pairs: () => {
      const headers = list();
      const names = Array.from({ length: headers.size }, (_, i) => headers.lowerNameAt(i));
      const first = names.flatMap((name, i) => (names.indexOf(name) === i ? [i] : []));
      return first.map((i) => [headers.nameAt(i), fieldValue(headers, names[i])] as const);
    },
  };
}

/** Several fields of one name are one value, as they would stand in the message. */
function fieldValue(headers: HeaderList, lowerName: string): string | null {
  const fields: string[] = [];
  for (let i = 0; i < headers.size; i++) {
    if (headers.lowerNameAt(i) !== lowerName) continue;
    fields.push(fields.length === 0 ? headers.valueAt(i) : `${headers.nameAt(i)}: ${headers.valueAt(i)}`);
  }
  return fields.length === 0 ? null : fields.join('\r\n');
}

/** The host cannot be taken away: virtual hosts hang on it. */
function setHost(request: RequestState, value: string): void {
  if (value === '') return;
  const schemePort = request.connection.scheme === 'https' ? 443 : 80;
  const host = checkHost(value, request.conf.parseOptions, schemePort);
  if (host === null) {
    const text = `invalid char attempting to set request header Host: (${value})`;
    request.conf.errorLog.error(logPlace, text);
    return;
  }
  request.host = host;
  request.headers.set('Host', host);
}

/** An empty value takes the field away. What would be no header field is logged, and nothing is changed. */
function setField(
  { conf }: RequestState,
  headers: HeaderList,
  kind: 'request' | 'response',
  name: string,
  value: string,
): void {
  const isStrict = (conf.parseOptions & ParseOption.headerStrict) !== 0;
  if (!isFieldName(name, isStrict)) {
    conf.errorLog.error(logPlace, `invalid char in ${kind} header field name: (${name})`);
    return;
  }
  const lower = lowerAscii(name);
  if (value === '') {
    headers.unset(lower);
    return;
  }
  const values = splitFields(lower, value);
  if (!values?.every((one) => isFieldValue(one, isStrict))) {
    conf.errorLog.error(logPlace, `invalid char in ${kind} header field value for ${name}`);
    return;
  }
  headers.set(name, values[0]);
  for (const further of values.slice(1)) headers.insert(name, further);
}

/**
 * A value may hold further fields of the same name, each behind a line break, and folded lines, which are joined. Null
 * where it holds anything else behind a line break.
 */
function splitFields(lowerName: string, value: string): string[] | null {
  const values: string[] = [];
  for (const [index, line] of value
    .replace(/\r\n([ \t])/g, '  $1')
    .split('\r\n')
    .entries()) {
    if (index === 0) values.push(line);
    else if (lowerAscii(line.slice(0, lowerName.length + 1)) === `${lowerName}:`)
      values.push(line.slice(lowerName.length + 1).replace(/^[ \t]+/, ''));
    else return null;
  }
  return values;
}
