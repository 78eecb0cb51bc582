import type { HeaderMapping, HeaderOptions } from './header-options.js';

/** A URL in its parts; `scheme` and `authority` are empty in one that is a path alone. */
interface UrlParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

/**
 * Replaces hosts and paths in the heads of one exchange (`proxy.header`): what the backend is told is turned into what
 * it knows, and what it answers is turned back. What was replaced first in the request is the first choice for the
 * answer.
 */
export class HeaderMapper {
  private readonly options: HeaderOptions;
  /** The host that the client asked for; null where it named none. */
  private readonly requestHost: string | null;
  /** URLs of a client that came by TLS are `http` to the backend, and `https` to the client again. */
  private readonly mapsScheme: boolean;
  private mappedHost: string | null = null;
  private mappedPath: HeaderMapping | null = null;

  constructor(options: HeaderOptions, requestHost: string | null, scheme: string) {
    this.options = options;
    this.requestHost = requestHost;
    this.mapsScheme = options.httpsRemap && scheme === 'https';
  }

  get mapsRequests(): boolean {
    return this.options.urlPaths.length > 0 || this.options.hostsRequest.length > 0;
  }

  get mapsAnswers(): boolean {
    return this.options.urlPaths.length > 0 || this.options.hostsResponse.length > 0;
  }

  requestHostFor(host: string): string {
    return this.findRequestHost(host) ?? host;
  }

  /** A path, or a URL of a host. */
  requestUrl(url: string): string {
    const parts = splitUrl(url);
    if (parts === null) return url;
    const { scheme, authority, path } = parts;
    if (authority === '') return this.requestPath(path);
    const mapped = this.findRequestHost(authority);
    const newScheme = mapped !== null && this.mapsScheme && scheme === 'https' ? 'http' : scheme;
    return `${newScheme}://${mapped ?? authority}${this.requestPath(path)}`;
  }

  /** What Location and Content-Location name. */
  answerUrl(url: string): string {
    const parts = splitUrl(url);
    if (parts === null) return url;
    const { scheme, authority, path } = parts;
    if (authority === '') return this.answerPath(path);
    const mapped = this.findAnswerHost(authority);
    const newScheme = mapped !== null && this.mapsScheme && scheme === 'http' ? 'https' : scheme;
    const host = mapped ?? authority;
    return `${newScheme}://${host}${this.mapsPathsOf(host) ? this.answerPath(path) : path}`;
  }

  /** Path and domain of a Set-Cookie value. */
  cookie(value: string): string {
    return value.replace(
      /(;[ \t]*)(path|domain)=("?)([^;]*)/gi,
      (whole, lead: string, name: string, quote: string, text: string) => {
        const mapped = name.toLowerCase() === 'path' ? this.cookiePath(text) : this.cookieDomain(text);
        return mapped === null ? whole : `${lead}${name}=${quote}${mapped}`;
      },
    );
  }

  private cookiePath(text: string): string | null {
    return text.startsWith('/') ? this.answerPath(text) : null;
  }

  private cookieDomain(text: string): string | null {
    const [, dot, host, rest] = /^(\.?)([^ \t]*)(.*)$/s.exec(text)!;
    const mapped = this.findAnswerHost(host);
    return mapped === null ? null : `${dot}${mapped}${rest}`;
  }

  private mapsPathsOf(host: string): boolean {
    const { urlPathHostInclude: included, urlPathHostExclude: excluded } = this.options;
    if (included.length > 0 && !included.includes(host)) return false;
    return !excluded.includes(host);
  }

  private findRequestHost(host: string): string | null {
    const found = this.findHost(this.options.hostsRequest, host, this.requestHost);
    this.mappedHost ??= found;
    return found;
  }

  private findAnswerHost(host: string): string | null {
    return this.findHost(this.options.hostsResponse, host, this.mappedHost ?? this.requestHost);
  }

  /** `-` stands for the host of this exchange on the left, and for the one that the client asked for on the right. */
  private findHost(mappings: readonly HeaderMapping[], host: string, own: string | null): string | null {
    const wanted = host.toLowerCase();
    const found = mappings.find(({ from }) => (from === '-' ? own : from)?.toLowerCase() === wanted);
    if (found === undefined || found.to === '') return null;
    return found.to === '-' ? this.requestHost : found.to;
  }

  private requestPath(path: string): string {
    const found = this.options.urlPaths.find(({ from }) => path.startsWith(from));
    if (found === undefined) return path;
    this.mappedPath ??= found;
    return found.to + path.slice(found.from.length);
  }

  private answerPath(path: string): string {
    const { mappedPath } = this;
    const fits = ({ to }: HeaderMapping): boolean => path.startsWith(to);
    const found = mappedPath !== null && fits(mappedPath) ? mappedPath : this.options.urlPaths.find(fits);
    return found === undefined ? path : found.from + path.slice(found.to.length);
  }
}

/** Null for what is neither a path nor the URL of a host; a URL without a path gets `/`. */
function splitUrl(url: string): UrlParts | null {
  if (url.startsWith('/')) return { scheme: '', authority: '', path: url };
  const parts = /^([^:]*):\/\/([^/]+)(.*)$/s.exec(url);
  return parts === null ? null : { scheme: parts[1], authority: parts[2], path: parts[3] || '/' };
}
