/**
 * Refuses or allows requests by how their path ends: backup files, includes, whatever a site keeps but does not
 * serve. Asked when the path is known, and again once path info has been split off it.
 */
import { lowerAscii } from '../base/ascii.js';
import { type ConfigOf, list } from '../config/directive.js';
import { answerError } from '../plugin/answer.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'url.access-deny': list({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Paths that end in one of these are answered with 403.',
    example: 'url.access-deny = ( "~", ".inc" )',
  }),
  'url.access-allow': list({
    scope: 'connection',
    since: '1.4.40',
    doc: 'Only paths that end in one of these are served, all others get 403; url.access-deny is not asked then.',
    example: 'url.access-allow = ( ".html", ".css" )',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modAccess = defineModule({
  name: 'mod_access',
  directives,
  isUsed: (config) => isList(config['url.access-deny']) || isList(config['url.access-allow']),
  hooks: { uriClean: checkAccess, subrequestStart: checkAccess },
  decidesOnly: true,
});

function checkAccess(request: RequestState, config: Config): HandlerResult {
  const allow = config['url.access-allow'];
  if (isList(allow)) return endsInOneOf(request, allow) ? HandlerResult.goOn : refuse(request, 'allow');
  const deny = config['url.access-deny'];
  return isList(deny) && endsInOneOf(request, deny) ? refuse(request, 'deny') : HandlerResult.goOn;
}

/** An empty list is as good as none. */
function isList(suffixes: readonly string[] | undefined): suffixes is readonly string[] {
  return suffixes !== undefined && suffixes.length > 0;
}

function endsInOneOf(request: RequestState, suffixes: readonly string[]): boolean {
  const { path } = request.uri;
  if (!request.conf.forceLowercaseFilenames) {
    for (let i = 0; i < suffixes.length; i++) if (path.endsWith(suffixes[i])) return true;
    return false;
  }
  const lower = lowerAscii(path);
  return suffixes.some((suffix) => lower.endsWith(lowerAscii(suffix)));
}

function refuse(request: RequestState, by: 'allow' | 'deny'): HandlerResult {
  if (request.conf.logRequestHandling) {
    const why = by === 'allow' ? 'as failed to match any from access_allow' : 'as we match access_deny';
    request.conf.errorLog.debug('mod_access.c.108', `url denied ${why} ${request.uri.path}`);
  }
  return answerError(request, 403);
}
