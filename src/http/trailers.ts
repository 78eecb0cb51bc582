import { isFieldName, isFieldValue } from './field-syntax.js';
import { hasToken } from './tokens.js';

export type Trailer = readonly [name: string, value: string];

/** What a request's trailers must keep to. */
export interface TrailerRules {
  /** `header-strict` of `server.http-parseopts`. */
  readonly strict: boolean;
  /** The request's Trailer header; with one, only the fields it names may come. */
  readonly announced: string | undefined;
  /** `server.max-request-field-size`: bytes of all trailers, line ends included. */
  readonly sizeMax: number;
  /**
   * Lower-case names that may join the headers (feature flag `request.trailer-whitelist`); others are dropped. Null:
   * all may.
   */
  readonly whitelist: ReadonlySet<string> | null;
  /** A wrong field drops the section, and does not refuse the body: so are answers read. */
  readonly dropInvalid?: boolean;
}

/** Fields that would change how the request is framed, routed, authorised or answered (RFC 9110, 6.5.1). */
const forbidden: ReadonlySet<string> = new Set(
  `age authorization cache-control connection content-encoding content-length content-range content-type date expect
  expires forwarded host if-match if-modified-since if-none-match if-range if-unmodified-since location max-forwards
  pragma proxy-connection range set-cookie te trailer transfer-encoding upgrade user-agent vary
  www-authenticate`.split(/\s+/),
);

const linesMax = 8189;

/**
 * The whitelisted fields of a trailer section, given without its closing blank line (http_request_trailers_check).
 * Null where any field is wrong: answer 400.
 */
export function readTrailers(section: string, rules: TrailerRules): Trailer[] | null {
  const kept: Trailer[] = [];
  if (section === '') return kept;
  const lines = section.slice(0, -2).split('\r\n');
  if (section.length > rules.sizeMax || lines.length > linesMax) return null;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return null;
    const name = line.slice(0, colon);
    const lowerName = name.toLowerCase();
    const value = line.slice(colon + 1).replace(/^[ \t]+/, '');
    if (!isFieldName(name, rules.strict) || forbidden.has(lowerName)) return null;
    if (value === '' || !isFieldValue(value, rules.strict)) return null;
    if (rules.announced !== undefined && !hasToken(rules.announced, lowerName)) return null;
    if (rules.whitelist === null || rules.whitelist.has(lowerName)) kept.push([name, value]);
  }
  return kept;
}

/** The names in `request.trailer-whitelist`: a comma list, where blanks belong to the names. */
export function readTrailerWhitelist(text: string): ReadonlySet<string> {
  return new Set(
    text
      .toLowerCase()
      .split(',')
      .filter((name) => name !== ''),
  );
}
