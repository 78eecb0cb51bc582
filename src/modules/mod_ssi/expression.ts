/** What an expression is made of; `end` and `error` end it. */
type Token = '&&' | '||' | '=' | '!=' | '>' | '>=' | '<' | '<=' | '!' | '(' | ')' | 'value' | 'end' | 'error';

/** A text that counts as true unless it is empty, or the result of a comparison. */
interface Value {
  text: string;
  truth: boolean | null;
}

export type LookUp = (name: string) => string | undefined;

const nestingMax = 16;

/**
 * Evaluates the expression of `if` and `elif`; false where it is malformed. As in lighttpd: `&&` and `||` have equal
 * rank and go from left to right, comparisons are by text, words beside one another are joined by a space.
 */
export function evaluate(expression: string, lookUp: LookUp): boolean {
  const evaluator = new Evaluator(expression, lookUp);
  const value: Value = { text: '', truth: null };
  return evaluator.chain(value) === 'end' && evaluator.parentheses === 0 && truthOf(value);
}

function truthOf({ truth, text }: Value): boolean {
  return truth ?? text !== '';
}

const comparisons: ReadonlySet<Token> = new Set<Token>(['=', '!=', '>', '>=', '<', '<=']);

function compare(a: Value, b: Value, comparison: Token): boolean {
  let order: number;
  if (a.truth === null && b.truth === null) order = a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  else order = Number(truthOf(a)) - Number(truthOf(b));
  switch (comparison) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    default:
      return order <= 0;
  }
}

class Evaluator {
  parentheses = 0;
  private negations = 0;
  private readonly tokens: Tokenizer;

  constructor(expression: string, lookUp: LookUp) {
    this.tokens = new Tokenizer(expression, lookUp);
  }

  /** Operands joined by comparisons, `&&` and `||`; gives the token behind them. */
  chain(value: Value): Token {
    let next = this.operand(value);
    if (comparisons.has(next)) {
      next = this.comparison(value, next);
      if (next !== '&&' && next !== '||') return next === ')' || next === 'end' ? next : 'error';
    }
    while (next === '&&' || next === '||') {
      const operator = next;
      const other: Value = { text: '', truth: null };
      next = this.operand(other);
      if (comparisons.has(next)) next = this.comparison(other, next);
      const left = truthOf(value);
      value.truth = operator === '||' ? left || truthOf(other) : left && truthOf(other);
    }
    return next;
  }

  private comparison(value: Value, comparison: Token): Token {
    const other: Value = { text: '', truth: null };
    const next = this.operand(other);
    value.truth = compare(value, other, comparison);
    return next;
  }

  /** A text, a negation, or a chain in parentheses; gives the token behind it. */
  private operand(value: Value): Token {
    value.text = '';
    value.truth = null;
    let next = this.token(value);
    switch (next) {
      case 'value':
        while (next === 'value') next = this.token(value);
        return next;
      case '(':
        return this.parenthesized(value);
      case '!':
        return this.negated(value);
      case ')':
        return this.parentheses >= 0 ? ')' : 'error';
      default:
        return next;
    }
  }

  private parenthesized(value: Value): Token {
    const level = this.parentheses - 1;
    if (this.parentheses > nestingMax) return 'error';
    if (this.chain(value) !== ')' || this.parentheses !== level) return 'error';
    const truth = truthOf(value);
    const next = this.operand(value);
    value.truth = truth;
    return next === '&&' || next === '||' || next === ')' || next === 'end' ? next : 'error';
  }

  private negated(value: Value): Token {
    if (++this.negations > nestingMax) return 'error';
    const next = this.operand(value);
    this.negations--;
    value.truth = !truthOf(value);
    return next;
  }

  private token(value: Value): Token {
    const next = this.tokens.next(value);
    if (next === '(') this.parentheses++;
    else if (next === ')') this.parentheses--;
    return next;
  }
}

const operators = /&&|\|\||!=|>=|<=|[=><!()]/y;
const quoted = /'([^']*)'/y;
const variable = /\$(?:\{([^}]*)\}|(?!\{)([A-Za-z_][A-Za-z0-9_]*|))/y;
/** Printable ASCII that starts no other token. */
const word = /[\x21-\x7e]/y;
const restOfWord = /(?:(?![()'=!<>&|])[\x21-\x7e])*/y;

/** Reads tokens; words, quoted texts and the values of variables are appended to what stands there already. */
class Tokenizer {
  private position = 0;
  private readonly text: string;
  private readonly lookUp: LookUp;

  constructor(text: string, lookUp: LookUp) {
    this.text = text;
    this.lookUp = lookUp;
  }

  next(value: Value): Token {
    this.take(/[ \t]*/y);
    if (this.position >= this.text.length) return 'end';
    const operator = this.take(operators);
    if (operator) return operator[0] as Token;
    const part = this.readValue();
    if (part === null) return 'error';
    if (part !== '') value.text += value.text === '' ? part : ` ${part}`;
    return 'value';
  }

  /** Null where none starts here: a lone `&` or `|`, an open quote or brace, a byte that is no printable ASCII. */
  private readValue(): string | null {
    switch (this.text[this.position]) {
      case "'":
        return this.take(quoted)?.[1] ?? null;
      case '$': {
        const match = this.take(variable);
        return match && (this.lookUp(match[1] ?? match[2]) ?? '');
      }
      case '&':
      case '|':
        return null;
      default: {
        const first = this.take(word);
        return first && first[0] + this.take(restOfWord)![0];
      }
    }
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match !== null) this.position = pattern.lastIndex;
    return match;
  }
}
