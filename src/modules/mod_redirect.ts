/**
 * Sends clients to another URL, by rules for the URL asked for. Runs when the URL is known, before anything is
 * looked for on disk.
 */
import { type ConfigOf, short, stringMap } from '../config/directive.js';
import { HttpVersion } from '../http/version.js';
import { answerWithoutBody } from '../plugin/answer.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { keepCaptures, matchFailed, readRules } from '../plugin/rule-list.js';

const directives = {
  'url.redirect': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readRules,
    doc: 'Patterns for the URL path and query, and where to send the client; $1 is a group of the pattern, %1 one of the enclosing condition.',
    example: 'url.redirect = ( "^/old/(.*)" => "https://www.example.org/new/$1" )',
  }),
  'url.redirect-code': short({
    scope: 'connection',
    since: '1.4.31',
    // anything that is no status is as good as nothing
    entry: (status) => (status >= 100 && status <= 999 ? status : 0),
    doc: 'The status of redirects; 0: 301 for GET, HEAD and HTTP/1.0, 308 for the rest.',
    example: 'url.redirect-code = 302',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modRedirect = defineModule({
  name: 'mod_redirect',
  directives,
  isUsed: (config) => (config['url.redirect']?.length ?? 0) > 0,
  start: ({ settings, server }) => keepCaptures(settings, server.conditions),
  hooks: { uriClean: redirect },
  decidesOnly: true,
  explain: (request, config) => config['url.redirect']?.explain(request) ?? [],
});

function redirect(request: RequestState, config: Config): HandlerResult {
  const rules = config['url.redirect'];
  if (rules === undefined || rules.length === 0) return HandlerResult.goOn;
  const target = rules.apply(request);
  if (target === false) return matchFailed(request, 'mod_redirect.c.223');
  if (target === undefined || target === null) return HandlerResult.goOn;
  if (target === '') request.responseHeaders.unset('location');
  else request.responseHeaders.set('Location', withoutLineBreaks(target));
  return answerWithoutBody(request, config['url.redirect-code'] || defaultStatus(request));
}

function defaultStatus({ method, version }: RequestState): number {
  return method === 'GET' || method === 'HEAD' || version === HttpVersion.http10 ? 301 : 308;
}

/** A group of a decoded path, or one that `${decb64u:1}` decodes, could otherwise add headers of the client's choice. */
function withoutLineBreaks(target: string): string {
  return target.replace(/[\0\r\n]/g, (byte) => `%0${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
