import type { StatusFigures } from '../../plugin/status-figures.js';
import { scoreboard, scoreboardLetter } from './activities.js';

/** `?auto`: a line a figure, in the form of Apache's page, which monitoring programs read. */
export function statusText(figures: StatusFigures, now: number): string {
  const idle = Math.max(0, figures.connectionsMax - figures.activities.length);
  return [
    `Total Accesses: ${figures.requests}`,
    `Total kBytes: ${Math.trunc(figures.bytesOut / 1024)}`,
    `Uptime: ${now - figures.startedAt}`,
    `BusyServers: ${figures.activities.length}`,
    `IdleServers: ${idle}`,
    `Scoreboard: ${figures.activities.map(scoreboardLetter).join('')}${'_'.repeat(idle)}`,
    '',
  ].join('\n');
}

/** `?json`, or `?jsonp=NAME` where the name is one that a script may have. */
export function statusJson(figures: StatusFigures, now: number, query: string): string {
  const fields = [
    `"RequestsTotal": ${figures.requests}`,
    `"TrafficTotal": ${Math.trunc(figures.bytesOut / 1024)}`,
    `"Uptime": ${now - figures.startedAt}`,
    `"BusyServers": ${figures.activities.length}`,
    `"IdleServers": ${Math.max(0, figures.connectionsMax - figures.activities.length)}`,
    `"RequestAverage5s":${Math.trunc(figures.recentRequests / 5)}`,
    `"TrafficAverage5s":${Math.trunc(figures.recentBytesOut / 5 / 1024)}`,
  ];
  const json = `{\n\t${fields.join(',\n\t')}\n}`;
  const [, callback] = /^jsonp=([A-Za-z]\w*)$/.exec(query) ?? [];
  return callback === undefined ? json : `${callback}(${json});`;
}

/** The statistics page: what modules and scripts have counted. Empty where nothing was. */
export function countersText({ counters }: StatusFigures): string {
  const names = Object.keys(counters).sort();
  return names.map((name) => `${name}: ${counters[name]}\n`).join('');
}

/** Figures for Prometheus (text format 0.0.4). */
export function metricsText(figures: StatusFigures): string {
  const count = (name: string): number => figures.activities.filter((activity) => activity === name).length;
  const states = scoreboard.map(([, name]) => `lighttpd_connections{state="${name}"} ${count(name)}`);
  const counters = Object.entries(figures.counters).map(
    ([name, value]) => `lighttpd_counter{name="${name.replace(/[\\"\n]/g, escapeLabel)}"} ${value}`,
  );
  return [
    ...metric('requests_total', 'counter', 'Requests answered.', figures.requests),
    ...metric('response_bytes_total', 'counter', 'Bytes sent, heads included.', figures.bytesOut),
    ...metric('connections_accepted_total', 'counter', 'Connections accepted.', figures.connectionsAccepted),
    ...metric('connections_max', 'gauge', 'server.max-connections of all workers.', figures.connectionsMax),
    ...metric('start_time_seconds', 'gauge', 'When the server started (Unix time).', figures.startedAt),
    '# HELP lighttpd_connections Open connections by what they are doing.',
    '# TYPE lighttpd_connections gauge',
    ...states,
    '# HELP lighttpd_counter What modules and scripts count.',
    '# TYPE lighttpd_counter untyped',
    ...counters,
    '',
  ].join('\n');
}

function metric(name: string, type: 'counter' | 'gauge', help: string, value: number): string[] {
  return [`# HELP lighttpd_${name} ${help}`, `# TYPE lighttpd_${name} ${type}`, `lighttpd_${name} ${value}`];
}

function escapeLabel(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
