/**
 * mod_accesslog writes a line for each finished request: to a file, a program or the system log, in a format made
 * of fields such as `%h`. Each condition may have its own log and format. It runs when the answer has been sent.
 *
 * `server.feature-flags += ("accesslog.json" => "enable")` makes each line a JSON object of the format's fields.
 */

import { escapeDefault, escapeJson } from '../../base/escape-bytes.js';
import { systemErrorText } from '../../base/system-error.js';
import { bool, type ConfigOf, type ReadContext, short, string } from '../../config/directive.js';
import type { LogWriter } from '../../log/log-writer.js';
import type { Logs } from '../../log/logs.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import {
  compileJson,
  compileLine,
  type FormatLine,
  type FormatPart,
  parseFormat,
  readBackslashes,
} from './format.js';
import { LineClock } from './line-clock.js';

const defaultFormat = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
/** LOG_INFO of syslog(3). */
const defaultSyslogLevel = 6;

const directives = {
  'accesslog.filename': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'The log file, or a program that reads the lines from its standard input ("|program"). Empty: no log.',
    example: 'accesslog.filename = "/var/log/lighttpd/access.log"',
    default: '',
  }),
  'accesslog.format': string({
    scope: 'connection',
    since: '1.4.1',
    doc: 'What a line says: text and fields, as in Apache httpd ("%h" is the client, "%{Referer}i" a request header).',
    example: 'accesslog.format = "%h %V %u %t \\"%r\\" %>s %b"',
    entry: readFormat,
    default: parseFormat(defaultFormat) as readonly FormatPart[],
  }),
  'accesslog.use-syslog': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Sends the lines to the system log; accesslog.filename is not used then.',
    example: 'accesslog.use-syslog = "enable"',
  }),
  'accesslog.syslog-level': short({
    scope: 'connection',
    since: '1.4.33',
    doc: 'The level of the lines in the system log, from 0 (emergency) to 7 (debug).',
    example: 'accesslog.syslog-level = 6',
    default: defaultSyslogLevel,
  }),
  'accesslog.escaping': string({
    scope: 'connection',
    since: '1.4.65',
    doc: 'How bytes of clients are written that are not printable: "default" (\\xE9), or "json" (\\u001B).',
    example: 'accesslog.escaping = "json"',
    entry: (text): 'default' | 'json' => (text === 'json' ? 'json' : 'default'),
    default: 'default' as const,
  }),
};

type Config = ConfigOf<typeof directives>;

/** Where lines go under one set of settings, and how they are made. */
interface Output {
  readonly writer: LogWriter;
  readonly formatLine: FormatLine;
}

interface State {
  readonly line: LineClock;
  readonly openOutput: (config: Config) => Output | null;
  /** By the settings' identity: each combination of conditions has one object. Null where nothing is logged. */
  readonly outputs: WeakMap<Config, Output | null>;
  readonly writers: Set<LogWriter>;
}

export const modAccesslog = defineModule<typeof directives, State>({
  name: 'mod_accesslog',
  directives,
  isUsed: (config) => Boolean(config['accesslog.filename']) || Boolean(config['accesslog.use-syslog']),
  start,
  hooks: { requestDone: writeLine, trigger: flush, sighup: flush },
  stop: flush,
});

function readFormat(text: string, context: ReadContext): readonly FormatPart[] | undefined {
  const parts = parseFormat(readBackslashes(text));
  if (typeof parts !== 'string') return parts;
  return context.fail(`${context.key}: ${parts}`, 'Correct the format; %% stands for a percent sign.');
}

function start({ server, settings }: StartContext<Config>): State {
  const asJson = server.features.bool('accesslog.json', false);
  const openOutput = (config: Config): Output | null => {
    const filename = config['accesslog.filename'];
    const parts = config['accesslog.format'];
    const escapeText = config['accesslog.escaping'] === 'json' ? escapeJson : escapeDefault;
    const formatLine = asJson ? compileJson(parts) : compileLine(parts, escapeText);
    if (config['accesslog.use-syslog'])
      return { writer: server.logs.syslog(config['accesslog.syslog-level'] & 7), formatLine };
    return filename === '' ? null : { writer: server.logs.open(filename), formatLine };
  };
  const layers = [settings.base, ...settings.layers.map((layer) => layer.values)];
  const isPrecise = (part: FormatPart): boolean => typeof part !== 'string' && part.isPrecise === true;
  if (layers.some((config) => config['accesslog.format']?.some(isPrecise))) server.clock.highPrecision = true;
  for (const config of layers)
    if (!config['accesslog.use-syslog']) openFile(server.logs, config['accesslog.filename']);
  return { line: new LineClock(server.clock), openOutput, outputs: new WeakMap(), writers: new Set() };
}

/** Opens the file now, so that one that cannot be opened stops the start and not the first request. */
function openFile(logs: Logs, filename: string | undefined): void {
  if (!filename) return;
  try {
    logs.open(filename);
  } catch (error) {
    throw new Error(`opening log '${filename}' failed: ${systemErrorText(error)}`);
  }
}

function writeLine(request: RequestState, config: Config, state: State): void {
  let output = state.outputs.get(config);
  if (output === undefined) {
    output = state.openOutput(config);
    state.outputs.set(config, output);
    if (output !== null) state.writers.add(output.writer);
  }
  if (output !== null) output.writer.write(`${output.formatLine(request, state.line)}\n`);
}

function flush(state: State): void {
  for (const writer of state.writers) writer.flush();
}
