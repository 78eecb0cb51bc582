import { isUtf8 } from 'node:buffer';
import { lowerAscii } from '../../base/ascii.js';
import { joinPath } from '../../base/path.js';
import { decodePath, simplifyPath } from '../../http/decode-path.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { DavResource } from './dav-request.js';

const pathBytesMax = 4096;

/**
 * Where COPY and MOVE shall go (RFC 4918, 10.3); the status to answer with where that is nowhere here. The path is not
 * led through other modules: a part that it shares with that of the request lies where that lies, the rest below it.
 */
export function destinationOf(request: RequestState): DavResource | number {
  const { headers, physical, conf } = request;
  const target = targetOf(headers.get('destination') ?? '', request);
  if (typeof target === 'number') return target;
  const [encoded] = target.split('?', 1);
  if (encoded.length >= pathBytesMax) return 403;
  const decoded = decodePath(encoded);
  if (!isUtf8(Buffer.from(decoded, 'latin1'))) return 400;
  const simple = simplifyPath(decoded);
  if (!simple.startsWith('/')) return 400;
  const relPath = conf.forceLowercaseFilenames ? lowerAscii(simple) : simple;
  const path = pathOf(physical, relPath);
  return path.length >= pathBytesMax ? 403 : { path, relPath };
}

/** The part behind scheme and host, which must be those of the request. */
function targetOf(destination: string, { uri }: RequestState): string | number {
  if (destination === '') return 400;
  if (destination.startsWith('/')) return destination;
  const origin = `${uri.scheme}://`;
  if (!destination.startsWith(origin)) return 400;
  const slash = destination.indexOf('/', origin.length);
  if (slash < 0) return 400;
  const host = destination.slice(origin.length, slash);
  const isHere = host === uri.authority || host.slice(host.indexOf('@') + 1) === uri.authority;
  return isHere ? destination.slice(slash) : 502;
}

/** mod_alias may have put the whole somewhere else than below the document root. */
function pathOf({ path, relPath: source, docroot }: RequestState['physical'], relPath: string): string {
  let shared = 0;
  while (shared < source.length && source[shared] === relPath[shared]) shared++;
  shared = source.lastIndexOf('/', Math.max(0, shared - 1));
  const rest = source.slice(shared);
  if (!path.endsWith(rest)) return joinPath(docroot, relPath);
  return joinPath(path.slice(0, path.length - rest.length), relPath.slice(shared));
}
