const headerWord = /[^ \t\r\n,;="][^ \t\r\n,;=]*/y;
const cookieWord = /[^=; \t\r\n]*/y;
const blanks = /[ \t\r\n]*/y;

/** A text, and how far it was read. It ends at its first NUL, as texts do in lighttpd here. */
class Words {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    const end = text.indexOf('\0');
    this.text = end < 0 ? text : text.slice(0, end);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** One that is cut off gets its closing quote; a backslash at the end is escaped first. */
  takeQuoted(): string {
    const { text, at } = this;
    let end = at + 1;
    while (end < text.length && text[end] !== '"' && !(text[end] === '\\' && end + 1 === text.length))
      end += text[end] === '\\' ? 2 : 1;
    this.at = Math.min(end + 1, text.length);
    if (text[end] === '"') return text.slice(at, end + 1);
    return text.slice(at, end) + (text[end] === '\\' ? '\\\\"' : '"');
  }
}

/** The words of a header field, with `,`, `;` and `=` as words of their own; quoted strings stay quoted. */
export function headerTokens(text: string): string[] {
  const words = new Words(text);
  const tokens: string[] = [];
  for (;;) {
    words.take(blanks);
    if (words.isAtEnd) return tokens;
    const next = words.peek();
    if (next === '"') tokens.push(words.takeQuoted());
    else if (/[,;=]/.test(next)) tokens.push(words.text.charAt(words.at++));
    else tokens.push(words.take(headerWord));
  }
}

/** Names and values of a Cookie field; the last of a name counts, and a name alone has an empty value. */
export function cookieTokens(text: string): Map<string, string> {
  const words = new Words(text);
  const cookies = new Map<string, string>();
  for (;;) {
    words.take(/[; \t\r\n]*/y);
    if (words.isAtEnd) return cookies;
    const name = words.take(cookieWord);
    words.take(blanks);
    let value = '';
    if (words.peek() === '=') {
      words.at++;
      words.take(blanks);
      value = words.peek() === '"' ? words.takeQuoted() : words.take(cookieWord);
    }
    cookies.set(name, value);
    words.take(/[^;]*/y);
  }
}
