import { encodeHtml } from '../../http/encode.js';
import type { ConnectionFigures, StatusFigures } from '../../plugin/status-figures.js';
import { scoreboard, scoreboardLetter } from './activities.js';
import { backendTable } from './backend-table.js';
import { statusScript } from './status-script.js';
import { pageHead } from './style.js';

/** What the page says of the request that asks for it. */
export interface StatusPageOptions {
  readonly tag: string | null;
  readonly authority: string;
  readonly serverName: string;
  readonly query: string;
  readonly isSortable: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** The page for people. Its labels are lighttpd's, so that what reads them there can read them here. */
export function statusPage(figures: StatusFigures, options: StatusPageOptions): string {
  const { tag, isSortable } = options;
  const head = `${refreshField(options.query)}${isSortable ? `<script>\n${statusScript}</script>\n` : ''}`;
  return [
    pageHead('Status', head),
    `<h1>Server-Status${tag ? ` (${encodeHtml(tag)})` : ''}</h1>\n`,
    summaryTable(figures, options),
    // the script draws here; without scripts there is nothing to show
    isSortable ? '<figure id="chart" hidden></figure>\n' : '',
    scoreboardBlock(figures),
    '<h2>Connections</h2>\n',
    connectionTable(figures.connections, isSortable),
    backendTable(figures.counters),
    '</body>\n</html>\n',
  ].join('');
}

const secondsInWeek = 604_800;

/** `?refresh=SECONDS` asks the browser to load the page again and again. */
function refreshField(query: string): string {
  const seconds = Number.parseInt(/^refresh=\s*\+?(\d+)/.exec(query)?.[1] ?? '0', 10);
  if (seconds === 0) return '';
  return `<meta http-equiv="refresh" content="${Math.min(seconds, secondsInWeek)}">\n`;
}

function summaryTable(figures: StatusFigures, { authority, serverName, now }: StatusPageOptions): string {
  const uptime = now - figures.startedAt;
  const seconds = Math.max(1, uptime);
  const name = serverName !== '' && serverName !== authority ? ` (${encodeHtml(serverName)})` : '';
  const heading = (text: string): string => `<tr><th colspan="2">${text}</th></tr>\n`;
  const traffic = (requests: number, bytes: number, per: string): string =>
    row('Requests', `${scaled(requests, 1000)}req${per}`) +
    row('Traffic', `${scaled(bytes, 1024)}byte${per}`);
  return [
    '<table class="status">\n',
    row('Hostname', `${encodeHtml(authority)}${name}`),
    row('Uptime', duration(uptime)),
    row('Started at', localTime(figures.startedAt)),
    heading('absolute (since start)'),
    traffic(figures.requests, figures.bytesOut, ''),
    heading('average (since start)'),
    traffic(figures.requests / seconds, figures.bytesOut / seconds, '/s'),
    heading('average (5s sliding average)'),
    traffic(figures.recentRequests / 5, figures.recentBytesOut / 5, '/s'),
    '</table>\n',
  ].join('');
}

function row(label: string, value: string): string {
  return `<tr><td>${label}</td><td class="string">${value}</td></tr>\n`;
}

const unitPrefixes = ' kMGTPEZY';

/** A number and its unit's prefix: whole numbers in thousands, others with two digits. */
export function scaled(value: number, step: 1000 | 1024): string {
  let power = 0;
  while (value > step && power < unitPrefixes.length - 1) {
    value /= step;
    power++;
  }
  return `${step === 1000 ? Math.trunc(value) : value.toFixed(2)} ${unitPrefixes[power]}`;
}

function duration(seconds: number): string {
  const days = Math.trunc(seconds / 86_400);
  const hours = Math.trunc(seconds / 3600) % 24;
  const minutes = Math.trunc(seconds / 60) % 60;
  const parts = [days && `${days} days`, hours && `${hours} hours`, minutes && `${minutes} min`];
  return [...parts.filter(Boolean), `${seconds % 60} s`].join(' ');
}

function localTime(epochSeconds: number): string {
  const time = new Date(epochSeconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

const lettersInLine = 50;

function scoreboardBlock({ activities }: StatusFigures): string {
  const letters = activities.map(scoreboardLetter).join('');
  const lines = letters.match(new RegExp(`.{1,${lettersInLine}}`, 'g'))?.join('\n') ?? '';
  const legend = scoreboard.map(([letter, name]) => {
    const count = activities.filter((activity) => activity === name).length;
    return `<tr><td class="int">${count}</td><td>&nbsp;&nbsp;${letter} = ${name}</td></tr>\n`;
  });
  return `<pre>\n<b>${activities.length} connections</b>\n${lines}\n</pre>\n<table class="legend">\n${legend.join('')}</table>\n`;
}

const columns = ['Client IP', 'Read', 'Written', 'State', 'Time', 'Host', 'URI', 'File'];

function connectionTable(connections: readonly ConnectionFigures[], isSortable: boolean): string {
  const headings = columns.map((name) =>
    isSortable
      ? `<th class="status"><a href="#" class="sortheader">${name}<span class="sortarrow"></span></a></th>\n`
      : `<th class="status">${name}</th>\n`,
  );
  const rows = connections.map(connectionRow).join('');
  return `<div class="wide"><table class="status connections">\n<tr>${headings.join('')}</tr>\n${rows}</table></div>\n`;
}

function connectionRow(figures: ConnectionFigures): string {
  const { uri, target } = figures;
  const sent = target === '' ? '' : ` (${encodeHtml(target)})`;
  return `<tr>${[
    cell('string', encodeHtml(figures.client)),
    cell('int', `${figures.bodyBytesIn}/${figures.bodyLength}`),
    cell('int', `${figures.bytesOut}/${figures.bytesMade}`),
    cell('string', figures.activity),
    cell('int', String(figures.seconds)),
    cell('string', encodeHtml(figures.host)),
    cell('string', `${encodeHtml(uri)}${sent}`),
    cell('string', encodeHtml(figures.file)),
  ].join('')}</tr>\n`;
}

function cell(kind: 'string' | 'int', html: string): string {
  return `<td class="${kind}">${html}</td>`;
}
