import { type Recoding, recode } from '../http/encode.js';
import { readTemplate, type TemplatePart } from './read-template.js';
import type { RequestState } from './request-state.js';

/**
 * The target of a redirect or rewrite, taken apart once (lighttpd's pcre_keyvalue_buffer_subst): `$1` is a group of
 * the rule, `%1` one of the enclosing condition, `${...}` and `%{...}` name groups, parts of the URL and encodings.
 */
export class RuleTemplate {
  /** Does it use groups of the condition? */
  readonly usesCondition: boolean;
  private readonly parts: readonly TemplatePart[];

  constructor(text: string) {
    this.usesCondition = /^(?:[^%]|%%)*%[0-9{]/s.test(text);
    this.parts = readTemplate(text);
  }

  fill(
    request: RequestState,
    rule: readonly string[],
    condition: readonly string[] | null | undefined,
  ): string {
    let result = '';
    for (const part of this.parts) {
      switch (part.type) {
        case 'text':
          result += part.text;
          break;
        case 'rule':
          result += recoded(rule[part.group], part.recoding);
          break;
        case 'condition':
          result += recoded(condition?.[part.group], part.recoding);
          break;
        case 'url':
          result += recoded(urlPart(request, part.name), part.recoding);
          break;
        case 'port':
          result += request.connection.listenSocket.port;
          break;
        case 'qsa':
          result = appendQuery(result, request, part.recoding);
          break;
      }
    }
    return result;
  }
}

function recoded(value: string | undefined, recoding: Recoding | null): string {
  return value === undefined || recoding === null ? '' : recode(value, recoding);
}

function urlPart({ uri, target, serverName }: RequestState, name: string): string {
  switch (name) {
    case 'scheme':
      return uri.scheme;
    case 'authority':
      return uri.authority || serverName;
    case 'authority.noport':
      return (uri.authority || serverName).replace(/:[^:\]]*$/, '');
    case 'path':
      return target.split('?', 1)[0];
    default:
      return uri.query;
  }
}

/** `${qsa}`: the query of the request, behind the one that the target has already. */
function appendQuery(result: string, { uri, target }: RequestState, recoding: Recoding | null): string {
  if (!result.includes('?'))
    return target.includes('?') ? `${result}?${recoded(uri.query, recoding)}` : result;
  return uri.query === '' ? result : `${result}&${recoded(uri.query, recoding)}`;
}
