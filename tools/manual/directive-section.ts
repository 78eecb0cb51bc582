import type { Directive } from '../../src/config/directive.js';

const typeNames: Readonly<Record<Directive<unknown>['type'], string>> = {
  bool: 'switch',
  short: 'number, 0 to 65535',
  int: 'number, 0 to 4294967295',
  string: 'string',
  list: 'list of strings',
  map: 'values by key',
  'map<string>': 'strings by key',
  'map<array>': 'lists by key',
  array: 'list',
  none: 'any',
};
const scopeNames: Readonly<Record<Directive<unknown>['scope'], string>> = {
  server: 'the whole server',
  socket: 'the whole server, or a `$SERVER["socket"]` block',
  connection: 'anywhere, conditions included',
  unset: 'nowhere',
};

/** One directive or backend option, as the manual shows it. */
export function directiveSection(key: string, directive: Directive<unknown>): string {
  const { doc, example, aliasOf, replacedBy, inert } = directive;
  const notes = [
    aliasOf && !doc.includes(aliasOf) && `Another name of \`${aliasOf}\`.`,
    replacedBy && !doc.includes(replacedBy) && `Replaced by: ${replacedBy}.`,
    inert && `It has no effect here. ${inert}`,
  ].filter(Boolean);
  return [`## ${key}`, [doc, ...notes].join(' '), factsOf(directive), `\`\`\`\n${example}\n\`\`\``].join(
    '\n\n',
  );
}

function factsOf({
  type,
  scope,
  since,
  until,
  ours,
  withdrawn,
  change,
  ...rest
}: Directive<unknown>): string {
  const facts: (readonly [string, string])[] = [
    ['Type', typeNames[type]],
    ['May stand', scopeNames[scope]],
  ];
  const unset = defaultText(rest.default);
  if (unset !== null) facts.push(['Default', unset]);
  facts.push(ours ? ['Known to lighttpd', 'no'] : ['Since', `lighttpd ${since}`]);
  if (until !== undefined) facts.push(['Last known to', `lighttpd ${until}`]);
  if (withdrawn !== undefined) facts.push(['Refused since', `lighttpd ${withdrawn}`]);
  if (change === 'restart') facts.push(['A change needs', 'a restart']);
  return facts.map(([name, text]) => `- ${name}: ${text}`).join('\n');
}

/** Null where the sentence tells what holds without it. */
function defaultText(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? '`"enable"`' : '`"disable"`';
  if (typeof value === 'number') return value < 0 ? null : `\`${value}\``;
  if (typeof value === 'string') return `\`"${value}"\``;
  if (Array.isArray(value) && value.length === 0) return '`( )`';
  return null;
}
