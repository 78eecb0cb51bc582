import { noDecoder } from './observe.js';
import type { ExpectedExchange, ObservedResponse } from './suite.js';

/** How much of a body a difference shows. */
const shownCharacters = 400;

/** Every difference between what the reference answered and what came, in words; none where they agree. */
export function differences(
  expected: ExpectedExchange,
  got: ExpectedExchange,
  ignored: ReadonlySet<string>,
): readonly string[] {
  const found: string[] = [];
  const count = Math.min(expected.responses.length, got.responses.length);
  if (expected.responses.length !== got.responses.length) {
    found.push(`responses: expected ${statuses(expected)}, got ${statuses(got)}`);
  }
  for (let index = 0; index < count; index++) {
    const one = responseDifferences(expected.responses[index] ?? {}, got.responses[index] ?? {}, ignored);
    found.push(...one.map((difference) => `[${index}] ${difference}`));
  }
  if (!ignored.has('closed') && expected.closed !== got.closed) {
    found.push(`connection closed: expected ${expected.closed}, got ${got.closed}`);
  }
  return found;
}

function statuses({ responses }: ExpectedExchange): string {
  return `${responses.length} (${responses.map((response) => response.status ?? response.bad).join(', ')})`;
}

function responseDifferences(
  expected: ObservedResponse,
  got: ObservedResponse,
  ignored: ReadonlySet<string>,
): readonly string[] {
  if (expected.status !== got.status) {
    return [`status: expected ${expected.status}, got ${got.status ?? got.bad}`];
  }
  const found = ignored.has('headers') ? [] : headerDifferences(expected, got, ignored);
  const bodyCounts = !ignored.has('body') && !isErrorPage(expected) && got.body !== noDecoder;
  if (bodyCounts && shown(expected.body) !== shown(got.body)) {
    found.push(`body: expected ${cut(shown(expected.body))}, got ${cut(shown(got.body))}`);
  }
  if (expected.version !== got.version) {
    found.push(`version: expected ${expected.version}, got ${got.version}`);
  }
  if (Boolean(expected.truncated) !== Boolean(got.truncated)) {
    found.push(`truncated: expected ${Boolean(expected.truncated)}, got ${Boolean(got.truncated)}`);
  }
  return found;
}

function headerDifferences(
  expected: ObservedResponse,
  got: ObservedResponse,
  ignored: ReadonlySet<string>,
): string[] {
  const names = new Set([...Object.keys(expected.headers ?? {}), ...Object.keys(got.headers ?? {})]);
  return [...names]
    .filter((name) => !ignored.has(name))
    .filter((name) => shown(expected.headers?.[name]) !== shown(got.headers?.[name]))
    .map(
      (name) =>
        `header ${name}: expected ${shown(expected.headers?.[name])}, got ${shown(got.headers?.[name])}`,
    );
}

/** The wording of a built-in error page is the server's own; its status and type are what count. */
function isErrorPage({ status = 0, body }: ObservedResponse): boolean {
  return typeof body === 'string' && status >= 300 && /<title>\d{3} /.test(body);
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

function cut(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
