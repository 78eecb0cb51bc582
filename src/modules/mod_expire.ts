/**
 * Says how long answers may be cached, by URL path or by type. Runs before the head of an answer is written, and
 * leaves an answer alone that says so itself.
 */
import type { Origin } from '../base/source-range.js';
import { type ConfigOf, type ReadContext, stringMap } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { httpDate } from '../http/date.js';
import { HttpVersion } from '../http/version.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

interface ExpireRule {
  /** What the URL path or the type begins with. */
  readonly prefix: string;
  /** Is the time counted from the file's last change, or from now? */
  readonly sinceChange: boolean;
  readonly seconds: number;
  readonly origin: Origin;
}

const directives = {
  'expire.url': stringMap({
    scope: 'connection',
    since: '1.4.1',
    entry: readRule,
    doc: 'How long answers below a path may be cached: "access" or "modification", "plus" if you like, numbers and units.',
    example:
      'expire.url = ( "/images/" => "access plus 3 months", "/news/" => "modification 1 hour 30 minutes" )',
  }),
  'expire.mimetypes': stringMap({
    scope: 'connection',
    since: '1.4.43',
    build: readTypeRules,
    doc: 'How long answers of a type may be cached, where expire.url has no rule; "image/*" is any image, "" any type.',
    example: 'expire.mimetypes = ( "text/css" => "access 1 week", "image/*" => "access 1 month" )',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modExpire = defineModule({
  name: 'mod_expire',
  directives,
  isUsed: (config) => Boolean(config['expire.url']?.length || config['expire.mimetypes']?.length),
  hooks: { responseStart: setCacheHeaders },
  decidesOnly: true,
  explain: explainRule,
});

function setCacheHeaders(request: RequestState, config: Config): HandlerResult {
  if (request.status !== 200 && request.status !== 206) return HandlerResult.goOn;
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'QUERY') return HandlerResult.goOn;
  if (request.responseHeaders.has('cache-control')) return HandlerResult.goOn;
  const rule = ruleOf(request, config);
  if (rule === undefined) return HandlerResult.goOn;

  const now = request.server.clock.epochSeconds;
  let expires = now + rule.seconds;
  if (rule.sinceChange) {
    const file = request.server.statCache.get(request.physical.path);
    if (typeof file === 'string') return HandlerResult.goOn;
    expires = Math.max(now, file.mtime + rule.seconds);
  }
  // HTTP/1.1 and later would not look at Expires beside Cache-Control
  if (request.version > HttpVersion.http10)
    request.responseHeaders.set('Cache-Control', `max-age=${expires - now}`);
  else request.responseHeaders.set('Expires', httpDate(expires));
  return HandlerResult.goOn;
}

function explainRule(request: RequestState, config: Config): readonly ExplainLine[] {
  const rule = ruleOf(request, config);
  return rule ? [{ text: `the rule for "${rule.prefix}" holds`, origin: rule.origin }] : [];
}

function ruleOf(request: RequestState, config: Config): ExpireRule | undefined {
  const byPath = config['expire.url'];
  const rule = byPath && firstPrefixOf(byPath, request.uri.path);
  if (rule !== undefined) return rule;
  const byType = config['expire.mimetypes'];
  // without a type, only a rule for any type is left
  return byType && firstPrefixOf(byType, request.responseHeaders.get('content-type') ?? '');
}

function firstPrefixOf(rules: readonly ExpireRule[], text: string): ExpireRule | undefined {
  for (let i = 0; i < rules.length; i++) if (text.startsWith(rules[i].prefix)) return rules[i];
  return undefined;
}

/** JavaScript has two types: a rule for application/javascript holds for text/javascript too, as it is sent now. */
function readTypeRules({ elements }: ArrayValue, context: ReadContext): readonly ExpireRule[] | undefined {
  const prefixes = elements.map(({ key }) => (key ?? '').replace(/\*$/, ''));
  if (!prefixes.includes('text/javascript') && !prefixes.includes('text/')) {
    const index = prefixes.indexOf('application/javascript');
    if (index >= 0) prefixes[index] = 'text/javascript';
  }
  const rules = elements.map(({ value }, i) =>
    readRule(prefixes[i], value.type === 'string' ? value.value : '', { ...context, origin: value.origin }),
  );
  return rules.includes(undefined) ? undefined : (rules as ExpireRule[]);
}

const secondsOf: Readonly<Record<string, number>> = {
  year: 31536000,
  month: 2592000,
  week: 604800,
  day: 86400,
  hour: 3600,
  minute: 60,
  min: 60,
  second: 1,
  sec: 1,
};

/** No date beyond this can be written. */
const secondsMax = 4e12;

function readRule(prefix: string, text: string, context: ReadContext): ExpireRule | undefined {
  const start = /^(access|now|modification) (?:plus )?/.exec(text);
  const term = /(?:\s*([+-]?\d+))? *(year|month|week|day|hour|minute|min|second|sec)s? */y;
  let seconds = 0;
  let at = start?.[0].length ?? text.length;
  do {
    term.lastIndex = at;
    const match = term.exec(text);
    if (start === null || match === null) {
      return context.fail(
        `invalid ${context.key} = "${text}"`,
        'Write "access" or "modification", then numbers with units (years to seconds): "access plus 1 month 2 days".',
      );
    }
    seconds += Number(match[1] ?? 0) * secondsOf[match[2]];
    at += match[0].length;
  } while (at < text.length);
  const limited = Math.max(-secondsMax, Math.min(secondsMax, seconds));
  return { prefix, sinceChange: start[1] === 'modification', seconds: limited, origin: context.origin };
}
