/**
 * Gives each client a cookie with a random value to recognise it by, unless it brings one. Gone from lighttpd since
 * 1.4.68. Runs once the URL is known.
 */
import { randomBytes } from 'node:crypto';
import { type ConfigOf, int, type ReadContext, string, withdrawn } from '../config/directive.js';
import { encodeUri } from '../http/encode.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const defaultName = 'TRACKID';

const directives = {
  'usertrack.cookie-name': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: defaultName,
    entry: readName,
    doc: 'The name of the cookie, of letters alone. Empty in a condition: no cookie.',
    example: 'usertrack.cookie-name = "USERTRACK"',
  }),
  'usertrack.cookie-domain': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: '',
    entry: readDomain,
    doc: 'The domain of the cookie. Empty: the host that was asked.',
    example: 'usertrack.cookie-domain = "example.org"',
  }),
  'usertrack.cookie-max-age': int({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: 0,
    doc: 'How many seconds the cookie is kept. 0: until the browser closes.',
    example: 'usertrack.cookie-max-age = 86400',
  }),
  'usertrack.cookie-attrs': string({
    scope: 'connection',
    since: '1.4.46',
    until: '1.4.67',
    default: '',
    doc: 'All attributes of the cookie, in place of path, version, domain and age.',
    example: 'usertrack.cookie-attrs = "; Path=/; Secure; HttpOnly"',
  }),
  'usertrack.cookiename': withdrawn({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.40',
    withdrawn: '1.4.1',
    replacedBy: 'usertrack.cookie-name',
    doc: 'Has no effect. Use usertrack.cookie-name instead.',
    example: 'usertrack.cookiename = "USERTRACK"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modUsertrack = defineModule({
  name: 'mod_usertrack',
  directives,
  hooks: { uriClean: giveCookie },
  decidesOnly: true,
});

function giveCookie(request: RequestState, config: Config): HandlerResult {
  const name = config['usertrack.cookie-name'];
  if (name === '' || bringsCookie(request, name)) return HandlerResult.goOn;
  const value = randomBytes(16).toString('hex');
  request.responseHeaders.insert('Set-Cookie', `${name}=${value}${attributesOf(config)}`);
  return HandlerResult.goOn;
}

/** Where the name first stands in the Cookie header, `=` and 32 characters or more must follow. */
function bringsCookie({ headers }: RequestState, name: string): boolean {
  const cookies = headers.get('cookie') ?? '';
  const start = cookies.indexOf(name);
  if (start < 0) return false;
  const rest = cookies.slice(start + name.length).replace(/^[ \t]+/, '');
  return rest.startsWith('=') && rest.length > 32;
}

function attributesOf(config: Config): string {
  const given = config['usertrack.cookie-attrs'];
  if (given !== '') return given;
  const domain = config['usertrack.cookie-domain'];
  const maxAge = config['usertrack.cookie-max-age'];
  const domainPart = domain === '' ? '' : `; Domain=${encodeUri(domain)}`;
  const agePart = maxAge === 0 ? '' : `; max-age=${maxAge}`;
  return `; Path=/; Version=1${domainPart}${agePart}`;
}

function readName(name: string, context: ReadContext): string | undefined {
  if (/[^A-Za-z]/.test(name)) {
    return context.fail(
      `invalid character in ${context.key}: ${name}`,
      'Use letters alone: no digits, hyphens or blanks.',
    );
  }
  return name === '' && context.block === 0 ? defaultName : name;
}

function readDomain(domain: string, context: ReadContext): string | undefined {
  if (!/[^\x21-\x7e]|["\\]/.test(domain)) return domain;
  return context.fail(
    `invalid character in ${context.key}: ${domain}`,
    'Write the name of a host or domain, in ASCII.',
  );
}
