import { strftime } from '../../base/strftime.js';
import { fileOwner } from '../../files/file-owner.js';
import { readText } from '../../files/read-text.js';
import { containsSymlink, StatEntry } from '../../files/stat-cache.js';
import { encodeMinimalXml } from '../../http/encode.js';
import type { RequestState } from '../../plugin/request-state.js';
import { appendFileBody } from '../../plugin/send-file.js';
import { Branches } from './branches.js';
import { appendCommandOutput } from './command-output.js';
import { parseDocument, type Segment, type Statement } from './document.js';
import { evaluate } from './expression.js';
import { type Place, type ReferencedFile, resolveFile, resolveVirtual } from './referenced-file.js';
import type { Variables } from './variables.js';

/** What the page needs of the module. */
export interface PageOptions {
  readonly allowsExec: boolean;
  /** 0: includes of included documents are not carried out. */
  readonly depthMax: number;
  readonly nameZone: (date: Date) => string;
  /** Documents taken apart, by their text in memory. */
  readonly parsed: WeakMap<Buffer, Segment[]>;
}

const defaultTimeFormat = '%a, %d %b %Y %T %Z';

/** One answer being put together: state that all documents of it share. */
export class Page {
  /** Seconds; of the newest file that was included. */
  newestInclude = 0;
  private readonly request: RequestState;
  private readonly variables: Variables;
  private readonly options: PageOptions;
  private readonly branches = new Branches();
  private timeFormat = '';
  private abbreviatesSizes = false;
  private depth = 0;

  constructor(request: RequestState, variables: Variables, options: PageOptions) {
    this.request = request;
    this.variables = variables;
    this.options = options;
  }

  /** Carries a document out, and appends what comes of it to the answer. */
  async append(place: Place, entry: StatEntry): Promise<void> {
    for (const segment of await this.segmentsOf(entry)) {
      if (segment.kind === 'statement') await this.carryOut(segment.statement, place, entry);
      else if (segment.kind === 'literal' || !this.branches.isOff) this.write(segment.text);
    }
  }

  private async segmentsOf(entry: StatEntry): Promise<Segment[]> {
    const content = this.request.server.statCache.content(entry);
    if (content === null) return parseDocument(await readText(entry.path));
    const known = this.options.parsed.get(content);
    if (known !== undefined) return known;
    const segments = parseDocument(content.toString('latin1'));
    this.options.parsed.set(content, segments);
    return segments;
  }

  private write(text: string): void {
    this.request.responseBody.append(text);
  }

  private complain(problem: string): void {
    this.request.conf.errorLog.error('mod_ssi.c', `ssi: ${problem}`);
  }

  private carryOut(statement: Statement, place: Place, entry: StatEntry): void | Promise<void> {
    const { branches } = this;
    switch (statement.command) {
      case 'if':
        return this.withExpression(statement, (expression) => branches.if(expression));
      case 'elif':
        return this.withExpression(statement, (expression) => branches.elif(expression));
      case 'else':
        return branches.else();
      case 'endif':
        return branches.endif();
      case 'comment':
        return;
    }
    if (!branches.isOff) return this.carryOutHere(statement, place, entry);
  }

  private carryOutHere(statement: Statement, place: Place, entry: StatEntry): void | Promise<void> {
    switch (statement.command) {
      case 'echo':
        return this.echo(statement, place, entry);
      case 'include':
      case 'fsize':
      case 'flastmod':
        return this.refer(statement, place);
      case 'set':
        return this.setVariable(statement);
      case 'config':
        return this.configure(statement);
      case 'printenv':
        return this.printVariables();
      case 'exec':
        return this.execute(statement);
      default:
        return this.complain(`unknown ssi-command: ${statement.command}`);
    }
  }

  /** The last value of each attribute that the command knows. */
  private attributesOf({ command, attributes }: Statement, known: readonly string[]): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, value] of attributes) {
      if (known.includes(name)) found.set(name, value);
      else this.complain(`unknown attribute for ${command} ${name}`);
    }
    return found;
  }

  private withExpression(statement: Statement, use: (evaluated: () => boolean) => void): void {
    const expression = this.attributesOf(statement, ['expr']).get('expr');
    if (expression === undefined) this.complain(`${statement.command} expr missing`);
    else use(() => evaluate(expression, (name) => this.variables.get(name)));
  }

  private echo(statement: Statement, place: Place, entry: StatEntry): void | Promise<void> {
    const name = this.attributesOf(statement, ['var', 'encoding']).get('var');
    if (name === undefined) return this.complain('echo var is missing');
    // a name of the page's own counts even where another one follows it
    const names = statement.attributes.filter(([attribute]) => attribute === 'var').map(([, value]) => value);
    const special = names.findLast((each) => pageVariables.includes(each));
    if (special === 'USER_NAME') return fileOwner(entry.path).then((owner) => this.write(owner));
    this.write(
      special === undefined
        ? (this.variables.get(name) ?? '(none)')
        : this.pageVariable(special, place, entry),
    );
  }

  private pageVariable(name: string, place: Place, entry: StatEntry): string {
    const { request } = this;
    const now = request.server.clock.epochSeconds;
    const { scheme, authority, query } = request.uri;
    const url = query === '' ? request.target : `${request.target}?${query}`;
    switch (name) {
      case 'DATE_GMT':
        return this.formatTime(now, 'utc');
      case 'DATE_LOCAL':
        return this.formatTime(now, 'local');
      case 'LAST_MODIFIED':
        return this.formatTime(entry.mtime, 'local');
      case 'DOCUMENT_NAME':
        return place.path.slice(place.path.lastIndexOf('/') + 1);
      case 'DOCUMENT_URI':
        return place.uriPath;
      case 'SCRIPT_URL':
        return url;
      default:
        return authority === '' ? '' : `${scheme}://${authority}${url}`;
    }
  }

  private formatTime(epochSeconds: number, zone: 'local' | 'utc'): string {
    const date = new Date(epochSeconds * 1000);
    const text = strftime(this.timeFormat || defaultTimeFormat, date, zone, this.options.nameZone);
    return text === '' ? '(none)' : text;
  }

  /** `include`, `fsize` and `flastmod`. */
  private refer(statement: Statement, place: Place): void | Promise<void> {
    const { command } = statement;
    const { request } = this;
    const attributes = this.attributesOf(statement, ['file', 'virtual']);
    if (attributes.size === 0) return this.complain(`${command} file or virtual is missing`);
    if (attributes.size > 1) return this.complain(`${command} only one of file and virtual is allowed here`);
    const name = attributes.get('file');
    const file =
      name !== undefined
        ? resolveFile(place, name)
        : resolveVirtual(request, place, attributes.get('virtual')!);
    if (file === null) return this.complain('invalid UTF-8 after url-decode');
    if (!request.conf.followSymlink && containsSymlink(file.path)) return;
    const entry = request.server.statCache.get(file.path);
    if (!(entry instanceof StatEntry)) return this.complain(`stating ${file.path} failed: ${entry}`);
    if (command === 'fsize') return this.write(this.formatSize(entry.size));
    if (command === 'flastmod') return this.write(this.formatTime(entry.mtime, 'local'));
    if (!entry.isFile) return this.complain(`${file.path} is no regular file`);
    return this.include(file, entry, name !== undefined, place);
  }

  private include(
    file: ReferencedFile,
    entry: StatEntry,
    isPlain: boolean,
    place: Place,
  ): void | Promise<void> {
    const { request, options } = this;
    this.newestInclude = Math.max(this.newestInclude, entry.mtime);
    if (isPlain || options.depthMax === 0) {
      if (!appendFileBody(request, entry, request.conf.followSymlink))
        this.complain(`cannot read ${file.path}`);
      return;
    }
    if (this.depth >= options.depthMax)
      return this.write('(error: include directives recurse deeper than pre-defined ssi.recursion-max)');
    if (place.path === file.path) return this.write('(error: include directives create an infinite loop)');
    this.depth++;
    const { path, uriPath } = file;
    return this.append({ path, uriPath, relPath: uriPath }, entry).finally(() => {
      this.depth--;
    });
  }

  private formatSize(bytes: number): string {
    if (!this.abbreviatesSizes) return String(bytes);
    let size = bytes;
    let unit = 0;
    for (; size > 1024 && unit < sizeUnits.length - 1; unit++) size = Math.trunc(size / 1024);
    return `${size} ${sizeUnits[unit]}`;
  }

  private setVariable(statement: Statement): void {
    const attributes = this.attributesOf(statement, ['var', 'value']);
    const name = attributes.get('var');
    const value = attributes.get('value');
    if (name === undefined || value === undefined)
      this.complain('var and value have to be set in <!--#set var=... value=... -->');
    else this.variables.set(name, value);
  }

  private configure({ attributes }: Statement): void {
    for (const [name, value] of attributes) {
      if (name === 'timefmt') this.timeFormat = value;
      else if (name !== 'sizefmt') this.complain(`unknown attribute for config ${name}`);
      else if (value === 'abbrev' || value === 'bytes') this.abbreviatesSizes = value === 'abbrev';
      else this.complain(`unknown value for attribute 'sizefmt' for config ${value}`);
    }
  }

  private printVariables(): void {
    for (const { name, value } of this.variables.all()) this.write(`${name}=${encodeMinimalXml(value)}\n`);
  }

  private execute(statement: Statement): void | Promise<void> {
    if (!this.options.allowsExec) return;
    const command = this.attributesOf(statement, ['cmd']).get('cmd');
    if (command !== undefined) return appendCommandOutput(this.request, command);
  }
}

/** Names that `echo` knows beside the variables. */
const pageVariables = [
  'DATE_GMT',
  'DATE_LOCAL',
  'DOCUMENT_NAME',
  'DOCUMENT_URI',
  'LAST_MODIFIED',
  'USER_NAME',
  'SCRIPT_URI',
  'SCRIPT_URL',
];

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB'];
