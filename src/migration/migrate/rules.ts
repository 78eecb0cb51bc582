import type { Directive } from '../../config/directive.js';
import type { AnyModule } from '../../plugin/define-module.js';

/** What is done with an assignment of a directive. */
export type DirectiveRule =
  /** The new name; `wrap` stands around the value. */
  | { readonly kind: 'rename'; readonly to: string; readonly wrap?: readonly [before: string, after: string] }
  /** It has no effect, for this reason. */
  | { readonly kind: 'remove'; readonly why: string };

/** Modules that go on under another name, with the directives that do. */
export const renamedModules: ReadonlyMap<string, string> = new Map([['mod_compress', 'mod_deflate']]);

/** Options of a backend, within these directives, that have another name now. */
export const backendDirectives: readonly string[] = [
  'fastcgi.server',
  'scgi.server',
  'proxy.server',
  'sockproxy.server',
  'wstunnel.server',
  'ajp13.server',
];
export const renamedOptions: ReadonlyMap<string, string> = new Map([['allow-x-send-file', 'x-sendfile']]);

/** Rewritten into the words of another directive, which a table cannot say. */
const wrapped: ReadonlyMap<string, DirectiveRule> = new Map([
  [
    'ssl.cipher-list',
    { kind: 'rename', to: 'ssl.openssl.ssl-conf-cmd', wrap: ['( "CipherString" => ', ' )'] },
  ],
]);

/**
 * What can be done without asking, by directive in lower case. The tables say it: a name that has gone is replaced by
 * the directive that it was another name of; what has no effect any more, in lighttpd as here, is taken out.
 */
export function directiveRules(modules: readonly AnyModule[]): ReadonlyMap<string, DirectiveRule> {
  const all: [string, Directive<unknown>][] = modules.flatMap(({ directives }) => Object.entries(directives));
  const known = new Map(all);
  const rules = new Map<string, DirectiveRule>(wrapped);
  for (const [key, directive] of all) {
    const rule = ruleOf(directive, known);
    if (rule !== null) rules.set(key.toLowerCase(), rule);
  }
  return rules;
}

function ruleOf(
  directive: Directive<unknown>,
  known: ReadonlyMap<string, Directive<unknown>>,
): DirectiveRule | null {
  const { until, type, inert, aliasOf, replacedBy } = directive;
  if (until === undefined && replacedBy === undefined) return null;
  if (aliasOf !== undefined) return { kind: 'rename', to: aliasOf };
  if (until === undefined) return null;
  if (type === 'none') return { kind: 'remove', why: 'it has no effect' };
  if (inert !== undefined) return { kind: 'remove', why: `no lighttpd after ${until} reads it. ${inert}` };
  if (replacedBy === undefined || known.get(replacedBy)?.type !== type) return null;
  return { kind: 'rename', to: replacedBy };
}
