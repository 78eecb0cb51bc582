/**
 * Makes the document root out of the parts of the host name: one line serves any number of hosts. Runs where the
 * document root is looked for; a folder that does not exist leaves it as it is.
 */
import { withSlash } from '../base/path.js';
import { type ConfigOf, type ReadContext, string } from '../config/directive.js';
import { hostWithoutPort } from '../http/host.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { escapesFolder, folderProblem } from '../plugin/virtual-host.js';

/**
 * A piece of the pattern: text as it is, the whole host name, or a part of it by number (from the top level domain
 * on; 0 is the last two together), of which one letter may be meant (from 1 on; 0: the whole part).
 */
type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'host' }
  | { readonly type: 'part'; readonly part: number; readonly letter: number };

const directives = {
  'evhost.path-pattern': string({
    scope: 'connection',
    since: '1.4.1',
    entry: readPattern,
    doc: 'The document root by host name: %0 domain and tld, %1 tld, %2 domain, %3 subdomain and so on, %_ the whole name, %{3.1} the first letter of %3, %% a percent sign.',
    example: 'evhost.path-pattern = "/srv/www/%3/pages/"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modEvhost = defineModule({
  name: 'mod_evhost',
  directives,
  isUsed: (config) => config['evhost.path-pattern'] !== undefined,
  hooks: { docroot: findDocroot },
  decidesOnly: true,
});

function findDocroot(request: RequestState, config: Config): HandlerResult {
  const pieces = config['evhost.path-pattern'];
  const { authority } = request.uri;
  if (pieces === undefined || authority === '' || escapesFolder(authority)) return HandlerResult.goOn;
  const path = withSlash(fillPattern(pieces, authority));
  const problem = folderProblem(request, path);
  if (problem === null) request.physical.docroot = path;
  else request.conf.errorLog.error('mod_evhost.c.364', `${path}: ${problem}`);
  return HandlerResult.goOn;
}

function fillPattern(pieces: readonly Piece[], authority: string): string {
  const parts = hostParts(authority);
  let path = '';
  for (const piece of pieces) {
    if (piece.type === 'text') path += piece.text;
    else if (piece.type === 'host') path += authority.split(':', 1)[0];
    else {
      const part = parts[piece.part] ?? '';
      path += piece.letter === 0 ? part : part.charAt(piece.letter - 1);
    }
  }
  return path;
}

/** `www.example.org:80` gives `example.org`, `org`, `example`, `www`. An IPv6 address has part 0 alone. */
function hostParts(authority: string): string[] {
  const host = hostWithoutPort(authority);
  if (host.startsWith('[')) return [host];
  const labels = host.split('.').reverse();
  const whole = labels.length > 2 ? `${labels[1]}.${labels[0]}` : host;
  return [whole, ...labels.filter((label) => label !== '')];
}

function readPattern(text: string, context: ReadContext): readonly Piece[] | undefined {
  // an empty pattern says nothing: an outer one still holds
  if (text === '') return undefined;
  const pieces: Piece[] = [];
  for (const match of text.matchAll(/[^%]+|%(?:([%_])|(\d)|\{(\d)(?:\.(\d))?\})|%/g)) {
    const [found, sign, part, bracedPart, letter] = match;
    if (found === '%') {
      return context.fail(
        `invalid evhost.path-pattern: what follows "%" at character ${match.index + 1} of "${text}" is not known`,
        'Write %0 to %9, %{0} to %{9}, %{part.letter}, %_ for the whole host name or %% for a percent sign.',
      );
    }
    if (sign === '_') pieces.push({ type: 'host' });
    else if (sign === '%') pieces.push({ type: 'text', text: '%' });
    else if (part === undefined && bracedPart === undefined) pieces.push({ type: 'text', text: found });
    else pieces.push({ type: 'part', part: Number(part ?? bracedPart), letter: Number(letter ?? 0) });
  }
  return pieces;
}
