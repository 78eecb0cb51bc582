import { type AskedRequest, explainFile } from '../migration/explain/index.js';
import { renderExplanation, renderExplanationJson } from '../migration/explain/render.js';
import { type CommandWords, runCommand } from './command.js';
import { latin1Of, printDiagnostics, printError, printOutput, printUnicode } from './output.js';

const help = `usage: lighttpd-ts explain -f FILE URL [options]

Says which conditions of a configuration hold for a request and why, which settings win, and what the modules do with
it, each with its place. Nothing is started and nothing is sent. URL is http://host/path?query, or a path alone.

 -f FILE              the configuration ("-": standard input)
 -m DIR               folder of your own modules, as the server's -m
 --method NAME        instead of GET
 --header 'NAME: V'   a header of the request; may be given more than once
 --remote-ip ADDRESS  the client's address, instead of 127.0.0.1
 --json               for programs
 -h, --help           show this help

exit status:
 0  the request was explained
 1  the server would refuse the request before it asks any condition
 2  the configuration cannot be used, or the command line is wrong
`;

const options = {
  file: { type: 'string', short: 'f' },
  modules: { type: 'string', short: 'm', default: '' },
  method: { type: 'string', default: 'GET' },
  header: { type: 'string', multiple: true },
  'remote-ip': { type: 'string', default: '127.0.0.1' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Words = CommandWords<typeof options>;

/** `explain`: why a request gets the settings that it gets. */
export function explain(args: readonly string[]): Promise<number> {
  return runCommand({ name: 'explain', help, options, run }, args);
}

async function run({ values, positionals }: Words): Promise<number | string> {
  const [url, ...others] = positionals;
  if (values.file === undefined) return '-f FILE is missing';
  if (url === undefined || others.length > 0) return 'explain takes one URL';
  const headers = readHeaders(values.header ?? []);
  if (typeof headers === 'string') return headers;
  const { method, 'remote-ip': remoteIp } = values;
  const asked: AskedRequest = { url: latin1Of(url), method, headers, remoteIp };
  const explained = await explainFile(latin1Of(values.file), values.modules, asked);
  if (typeof explained === 'string') {
    printError(`lighttpd-ts explain: ${explained}`);
    return 1;
  }
  if ('items' in explained) {
    printDiagnostics(explained);
    return 2;
  }
  if (values.json) printUnicode(renderExplanationJson(explained));
  else printOutput(renderExplanation(explained));
  return 0;
}

/** The headers, or what is wrong with one. */
function readHeaders(lines: readonly string[]): (readonly [string, string])[] | string {
  const headers: (readonly [string, string])[] = [];
  for (const line of lines) {
    const parts = /^([^\s:]+):\s*(.*?)\s*$/s.exec(latin1Of(line));
    if (parts === null) return `"${line}" is no header: write 'Name: value'`;
    headers.push([parts[1], parts[2]]);
  }
  return headers;
}
