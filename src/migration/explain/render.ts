import { formatOrigin } from '../../base/source-range.js';
import { placeOf, unicodeOf } from '../../diagnostics/place.js';
import type { ExplainedCondition, Explanation } from './index.js';
import { type PlacedValue, valueText } from './settings.js';
import type { ExplainedStep, Outcome } from './steps.js';

const valueLengthMax = 100;

/** For people; text is latin1. */
export function renderExplanation({ request, conditions, settings, steps, outcome }: Explanation): string {
  const { method, scheme, host, target, path, query, remoteAddress, socket } = request;
  const lines = [
    `${method} ${scheme}://${host}${target}`,
    `  host "${host}", path "${path}", query "${query}"`,
    `  from ${remoteAddress.text}, on socket ${socket}`,
    '',
    'conditions',
    ...conditions.map(conditionLine),
    ...(conditions.length === 0 ? ['  none'] : []),
  ];
  let module = '';
  for (const setting of settings) {
    if (setting.module !== module) lines.push('', setting.module);
    module = setting.module;
    const alias = setting.name.toLowerCase() === setting.directive ? '' : ` (as ${setting.name})`;
    lines.push(`  ${setting.directive}${alias} = ${shortened(valueText(setting.value))}`);
    lines.push(`    from ${placeLine(setting)}`);
    for (const other of setting.overridden)
      lines.push(`    instead of ${shortened(valueText(other.value))} from ${placeLine(other)}`);
  }
  lines.push('', 'what happens', ...steps.flatMap(stepLines), '', 'outcome', ...outcomeLines(outcome));
  return `${lines.join('\n')}\n`;
}

function stepLines({ module, text, origin }: ExplainedStep): string[] {
  const line = `  ${module}: ${text}`;
  return origin === null ? [line] : [line, `    from ${formatOrigin(origin)}`];
}

function outcomeLines({ status, module, target, documentRoot, path, headers }: Outcome): string[] {
  return [
    status === null ? `  ${module} makes the answer` : `  status ${status}`,
    `  target "${target}"`,
    ...(documentRoot === '' ? [] : [`  document root "${documentRoot}"`]),
    ...(path === '' ? [] : [`  path on disk "${path}"`]),
    ...headers.map(([name, value]) => `  header ${name}: ${value}`),
  ];
}

function conditionLine({ depth, text, origin, holds, reason, compared }: ExplainedCondition): string {
  const indent = '  '.repeat(depth + 1);
  const verdict = reason === 'compared' ? (holds ? 'yes' : 'no ') : '-  ';
  return `${indent}${verdict} ${text}  ${formatOrigin(origin)}${because(reason, compared)}`;
}

function because(reason: ExplainedCondition['reason'], compared: string | null): string {
  if (reason === 'outside') return ': not asked, what it stands in does not hold';
  if (reason === 'branch') return ': not asked, a branch before it holds';
  return compared === null ? ': no branch before it holds' : `: compared with "${compared}"`;
}

function placeLine({ origin, condition }: PlacedValue): string {
  return condition === null ? formatOrigin(origin) : `${formatOrigin(origin)}, in ${condition}`;
}

function shortened(text: string): string {
  return text.length <= valueLengthMax ? text : `${text.slice(0, valueLengthMax)}...`;
}

/** For programs, in Unicode. */
export function renderExplanationJson({
  request,
  conditions,
  settings,
  steps,
  outcome,
}: Explanation): string {
  const { method, scheme, host, path, query, target, socket, remoteAddress } = request;
  const placed = ({ name, value, origin, condition }: PlacedValue) => ({
    name,
    value: valueText(value),
    condition,
    place: placeOf(origin),
  });
  const explanation = {
    version: 1,
    request: { method, scheme, host, path, query, target, socket, remoteIp: remoteAddress.text },
    conditions: conditions.map(({ origin, ...condition }) => ({ ...condition, place: placeOf(origin) })),
    settings: settings.map(({ module, directive, overridden, ...winner }) => ({
      module,
      directive,
      ...placed(winner as PlacedValue),
      overridden: overridden.map(placed),
    })),
    steps: steps.map(({ origin, ...step }) => ({ ...step, place: origin && placeOf(origin) })),
    outcome: { ...outcome, headers: outcome.headers.map(([name, value]) => ({ name, value })) },
  };
  const inUnicode = (key: string, value: unknown) =>
    typeof value === 'string' && key !== 'file' ? unicodeOf(value) : value;
  return `${JSON.stringify(explanation, inUnicode, 2)}\n`;
}
