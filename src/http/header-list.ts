/**
 * Header fields in the order they came, names compared without case. Values are latin1 text. One list serves a
 * request or an answer; it is reused, so keep strings, not the list.
 */
export class HeaderList {
  private readonly none: string[] = [];
  private names = this.none;
  private lowerNames = this.none;
  private values = this.none;
  /** The arrays are another's: copied before the first change. */
  private isShared = true;
  /** The template whose fields this list shows, until one is changed. */
  template: HeaderTemplate | null = null;

  get size(): number {
    return this.names.length;
  }

  nameAt(index: number): string {
    return this.names[index];
  }

  /** Names and values, in order. */
  fields(): [name: string, value: string][] {
    return this.names.map((name, i) => [name, this.values[i]]);
  }

  valueAt(index: number): string {
    return this.values[index];
  }

  lowerNameAt(index: number): string {
    return this.lowerNames[index];
  }

  /** Index of the first field of that name (lower case); -1 where there is none. */
  indexOf(lowerName: string): number {
    return this.lowerNames.indexOf(lowerName);
  }

  has(lowerName: string): boolean {
    return this.lowerNames.indexOf(lowerName) >= 0;
  }

  /** The first value of that name (lower case). */
  get(lowerName: string): string | undefined {
    const index = this.lowerNames.indexOf(lowerName);
    return index < 0 ? undefined : this.values[index];
  }

  /** Replaces every field of that name by one, which keeps the first one's spelling (http_header_response_set). */
  set(name: string, value: string): void {
    const lower = name.toLowerCase();
    const index = this.indexOf(lower);
    if (index < 0) {
      this.push(name, lower, value);
      return;
    }
    this.own();
    this.values[index] = value;
    for (let i = this.names.length - 1; i > index; i--) if (this.lowerNames[i] === lower) this.removeAt(i);
  }

  /** Joins the value to the field of that name with `, ` (`; ` for Cookie); an empty value adds nothing. */
  append(name: string, value: string): void {
    if (value === '') return;
    const lower = name.toLowerCase();
    const index = this.indexOf(lower);
    if (index < 0) {
      this.push(name, lower, value);
      return;
    }
    this.own();
    const separator = this.values[index] === '' ? '' : lower === 'cookie' ? '; ' : ', ';
    this.values[index] += separator + value;
  }

  /** Adds a field of its own, beside others of that name. */
  insert(name: string, value: string): void {
    this.push(name, name.toLowerCase(), value);
  }

  unset(lowerName: string): void {
    if (!this.has(lowerName)) return;
    this.own();
    for (let i = this.names.length - 1; i >= 0; i--) if (this.lowerNames[i] === lowerName) this.removeAt(i);
  }

  /** Leaves the arrays to whoever has them: to empty one costs more than to make one. */
  clear(): void {
    this.template = null;
    this.isShared = true;
    this.names = this.none;
    this.lowerNames = this.none;
    this.values = this.none;
  }

  /** Shows the fields of a template; what the list held is dropped. */
  useTemplate(template: HeaderTemplate): void {
    this.template = template;
    this.isShared = true;
    this.names = template.names;
    this.lowerNames = template.lowerNames;
    this.values = template.values;
  }

  /** Adds a field whose lower-case name is known; no other of that name may be there. */
  push(name: string, lower: string, value: string): void {
    this.own();
    this.names.push(name);
    this.lowerNames.push(lower);
    this.values.push(value);
  }

  private removeAt(index: number): void {
    this.names.splice(index, 1);
    this.lowerNames.splice(index, 1);
    this.values.splice(index, 1);
  }

  private own(): void {
    if (!this.isShared) return;
    this.isShared = false;
    this.template = null;
    this.names = this.names.slice();
    this.lowerNames = this.lowerNames.slice();
    this.values = this.values.slice();
  }
}

/**
 * Fields that many answers share, such as those of one file. While a list still shows its template, the head made
 * from it can be kept and sent again: `wire` (HTTP/1.x) and `block` (HTTP/2) are the connection's places for that.
 */
export class HeaderTemplate {
  readonly names: string[];
  readonly lowerNames: string[];
  readonly values: string[];
  /** What the template was made for; it is made again when that changes. */
  readonly madeFor: number;
  wire: unknown = null;
  block: unknown = null;
  private ranged: HeaderTemplate | null = null;

  constructor(madeFor: number, fields: readonly (readonly [name: string, value: string])[]) {
    this.madeFor = madeFor;
    this.names = fields.map(([name]) => name);
    this.lowerNames = fields.map(([name]) => name.toLowerCase());
    this.values = fields.map(([, value]) => value);
  }

  /** The fields that a list has now. */
  static of(list: HeaderList): HeaderTemplate {
    return new HeaderTemplate(0, list.fields());
  }

  /** The same fields and `Accept-Ranges: bytes`; made once. */
  get withRanges(): HeaderTemplate {
    this.ranged ??= new HeaderTemplate(this.madeFor, [
      ...this.names.map((name, i) => [name, this.values[i]] as const),
      ['Accept-Ranges', 'bytes'],
    ]);
    return this.ranged;
  }
}
