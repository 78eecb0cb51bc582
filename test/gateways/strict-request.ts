/** What a strict HTTP/1.1 server makes of the bytes at the front of a connection. */
export type ReadOutcome =
  | { readonly type: 'incomplete' }
  | { readonly type: 'wrong'; readonly why: string }
  | { readonly type: 'request'; readonly end: number };

const incomplete: ReadOutcome = { type: 'incomplete' };
const requestLine = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e\x80-\xff]+ HTTP\/1\.[01]$/;
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads one request as RFC 9112 has it, and forgives nothing: whatever two servers could take for different things is
 * wrong. Text is latin1.
 */
export function readStrictly(text: string): ReadOutcome {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return incomplete;
  const [first, ...lines] = text.slice(0, headEnd).split('\r\n');
  if (!requestLine.test(first)) return wrong(`request line ${JSON.stringify(first)}`);
  const lengths: string[] = [];
  const encodings: string[] = [];
  for (const line of lines) {
    const field = fieldLine.exec(line);
    if (field === null) return wrong(`line ${JSON.stringify(line)}`);
    if (field[1].toLowerCase() === 'content-length') lengths.push(field[2]);
    if (field[1].toLowerCase() === 'transfer-encoding') encodings.push(field[2]);
  }
  const bodyStart = headEnd + 4;
  if (lengths.length + encodings.length > 1) return wrong(`lengths ${lengths}, encodings ${encodings}`);
  if (encodings.length > 0)
    return encodings[0] === 'chunked' ? readChunks(text, bodyStart) : wrong(`encoding ${encodings[0]}`);
  if (lengths.length === 0) return { type: 'request', end: bodyStart };
  if (!/^0*\d{1,15}$/.test(lengths[0])) return wrong(`length ${lengths[0]}`);
  const end = bodyStart + Number(lengths[0]);
  return end > text.length ? incomplete : { type: 'request', end };
}

function readChunks(text: string, start: number): ReadOutcome {
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return incomplete;
    const size = text.slice(at, lineEnd);
    if (!/^[0-9a-f]{1,12}$/i.test(size)) return wrong(`chunk size ${JSON.stringify(size)}`);
    const dataEnd = lineEnd + 2 + Number.parseInt(size, 16);
    if (dataEnd + 2 > text.length) return incomplete;
    if (text.slice(dataEnd, dataEnd + 2) !== '\r\n') return wrong('a chunk is longer than it says');
    at = dataEnd + 2;
    if (Number.parseInt(size, 16) === 0) return { type: 'request', end: at };
  }
}

function wrong(why: string): ReadOutcome {
  return { type: 'wrong', why };
}
