import type { ReadContext } from '../config/directive.js';
import type { SettingsSource } from '../config/patch.js';
import type { ArrayValue } from '../config/tree.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import { type Backend, type BackendGroup, readBackends } from './read-backends.js';

/** How one of several backends is chosen. `sticky` keeps a client with the backend it had. */
const balances = ['least-connection', 'round-robin', 'hash', 'sticky'] as const;
export type Balance = (typeof balances)[number];

/** The value of fastcgi.balance and its like; "fair" is the old name of least-connection. */
export function readBalance(text: string, context: ReadContext): Balance {
  if (text === '' || text === 'fair') return 'least-connection';
  const balance = balances.find((name) => name === text);
  if (balance !== undefined) return balance;
  context.warn(
    `${context.key} has an unknown value: ${text}`,
    `It is taken as "least-connection". Use one of ${balances.join(', ')}.`,
  );
  return 'least-connection';
}

export const serverDoc =
  'The backends for requests, by the beginning of their path or the end of their file name. The chapter on backend options lists what each may hold.';
export const balanceDoc =
  'How one of several backends is chosen: "least-connection", "round-robin", "hash" (of the URL) or "sticky" (by client).';
export const mapExtensionsDoc = 'Extensions that are treated as others are.';
export const debugDoc = 'Log how requests are handed on: the higher the number, the more.';

/** Backends that answer: those that only say who may pass are refused. */
export function readResponders(array: ArrayValue, context: ReadContext): readonly BackendGroup[] | undefined {
  const groups = readBackends(array, context);
  const authorizer = groups?.flatMap(({ backends }) => backends).find(isAuthorizer);
  if (authorizer === undefined) return groups;
  const detail = 'Leave "mode" out; mod_fastcgi and mod_scgi can ask authorizers.';
  return context.fail(`${context.key} cannot have a backend of mode "authorizer"`, detail, authorizer.origin);
}

function isAuthorizer({ settings }: Backend): boolean {
  return settings.mode === 'authorizer';
}

/** Two programs cannot listen on one socket file: blocks that name the same one must start the same program. */
export function checkSharedSockets<Key extends string>(
  key: Key,
  settings: SettingsSource<{ readonly [K in Key]: readonly BackendGroup[] }>,
  diagnostics: DiagnosticList,
): void {
  const programs = new Map<string, string>();
  for (const { values } of [{ values: settings.base }, ...settings.layers]) {
    const started = (values[key] ?? []).flatMap(({ backends }) => backends).filter(startsOnSocket);
    for (const backend of started) {
      const problem = socketProblem(backend, programs);
      const detail = 'Give each program a socket of its own.';
      if (problem !== null) diagnostics.error('invalid-value', backend.origin, `${key}: ${problem}`, detail);
    }
    // within one block the first program has the socket, and nothing is said
    for (const { socketPath, settings } of started)
      if (!programs.has(socketPath)) programs.set(socketPath, settings['bin-path']);
  }
}

function startsOnSocket({ socketPath, settings }: Backend): boolean {
  return socketPath !== '' && settings['bin-path'] !== '';
}

function socketProblem(
  { socketPath, settings }: Backend,
  programs: ReadonlyMap<string, string>,
): string | null {
  const program = settings['bin-path'];
  const other = programs.get(socketPath) ?? program;
  return other === program
    ? null
    : `${socketPath} belongs to ${other} already, and cannot be that of ${program}`;
}
