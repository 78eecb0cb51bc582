import { encodeHtml } from '../../http/encode.js';

const facts = ['load', 'connected', 'died', 'overloaded'] as const;
const columns = ['Backend', 'Working on', 'Connections', 'Failed', 'Overloaded'];
const counterName = /^gw\.backend\.(.*\.\d+)\.(load|connected|died|overloaded)$/s;

/**
 * What the gateways count of each place where a backend listens: its label in the configuration, and its number. Empty
 * where there are no backends.
 */
export function backendTable(counters: Readonly<Record<string, number>>): string {
  const backends = new Map<string, Partial<Record<string, number>>>();
  for (const [name, value] of Object.entries(counters)) {
    const [, backend, fact] = counterName.exec(name) ?? [];
    if (backend === undefined) continue;
    const known = backends.get(backend) ?? {};
    known[fact] = value;
    backends.set(backend, known);
  }
  if (backends.size === 0) return '';
  const headings = columns.map((name) => `<th class="status">${name}</th>\n`).join('');
  const rows = Array.from(backends, ([backend, figures]) => {
    const numbers = facts.map((fact) => `<td class="int">${figures[fact] ?? 0}</td>`).join('');
    return `<tr><td class="string">${encodeHtml(backend)}</td>${numbers}</tr>\n`;
  });
  return `<h2>Backends</h2>\n<div class="wide"><table class="status">\n<tr>${headings}</tr>\n${rows.join('')}</table></div>\n`;
}
