import type { IToken, TokenType } from 'chevrotain';
import { CstParser, EOF } from './chevrotain.js';
import * as t from './tokens.js';

/**
 * The grammar, rule for rule that of lighttpd's configparser.y, without its actions: nothing is evaluated here.
 *
 * lighttpd's parser drops each token that does not fit and goes on; a text fails only where it ends in the middle of
 * something. `fit` does the same: it stands wherever lighttpd's automaton can find that a token does not fit, and
 * names the tokens that do. So the only error left to Chevrotain is the end of the text.
 */
export class ConfigParser extends CstParser {
  /** Tokens that did not fit and were dropped, in the order of the text. */
  dropped: IToken[] = [];

  /**
   * With recovery a text that ends too early gives a partial tree, otherwise none; it makes the parser slow to start.
   * Validations are Chevrotain's own checks of the grammar; a test runs with them.
   */
  constructor({ recoveryEnabled = false, skipValidations = true } = {}) {
    super(t.vocabulary, { maxLookahead: 1, recoveryEnabled, skipValidations });
    this.performSelfAnalysis();
  }

  readonly file = this.RULE('file', () => {
    this.fit(atStatement);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.statement) }, { ALT: () => this.CONSUME(t.LineEnd) }]);
      this.fit(atStatement);
    });
  });

  private readonly statement = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.assignment) },
      { ALT: () => this.SUBRULE(this.conditional) },
      { ALT: () => this.SUBRULE(this.global) },
      { ALT: () => this.SUBRULE(this.include) },
    ]);
  });

  private readonly assignment = this.RULE('assignment', () => {
    this.CONSUME(t.Name);
    this.fit(atAssignment);
    this.OR([
      { ALT: () => this.CONSUME(t.Assign) },
      { ALT: () => this.CONSUME(t.ForceAssign) },
      { ALT: () => this.CONSUME(t.Append) },
    ]);
    this.SUBRULE(this.expression);
  });

  private readonly include = this.RULE('include', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Include) }, { ALT: () => this.CONSUME(t.IncludeShell) }]);
    this.SUBRULE(this.expression);
  });

  private readonly global = this.RULE('global', () => {
    this.CONSUME(t.Global);
    this.SUBRULE(this.block);
  });

  /** A condition with its block, and the chain of `else` that follows it. */
  private readonly conditional = this.RULE('conditional', () => {
    this.SUBRULE(this.condition);
    this.SUBRULE(this.block);
    this.MANY({
      GATE: () => this.LA(this.LA(1).tokenType === t.LineEnd ? 2 : 1).tokenType === t.Else,
      DEF: () => {
        this.OPTION(() => this.CONSUME(t.LineEnd));
        this.SUBRULE(this.otherwise);
      },
    });
  });

  /** What is neither a condition nor a brace after `else` is dropped, so a line end makes it a plain else. */
  private readonly otherwise = this.RULE('otherwise', () => {
    this.CONSUME(t.Else);
    this.OPTION(() => this.SUBRULE(this.condition));
    this.SUBRULE(this.block);
  });

  private readonly condition = this.RULE('condition', () => {
    this.CONSUME(t.Dollar);
    this.fit(atConditionName);
    this.CONSUME(t.ConditionName);
    this.fit(atLeftBracket);
    this.CONSUME(t.LeftBracket);
    this.SUBRULE(this.expression);
    this.fit(atRightBracket);
    this.CONSUME(t.RightBracket);
    this.fit(atOperator);
    this.OR([
      { ALT: () => this.CONSUME(t.Equal) },
      { ALT: () => this.CONSUME(t.NotEqual) },
      { ALT: () => this.CONSUME(t.Match) },
      { ALT: () => this.CONSUME(t.NotMatch) },
      { ALT: () => this.CONSUME(t.Prefix) },
      { ALT: () => this.CONSUME(t.Suffix) },
    ]);
    this.SUBRULE2(this.expression);
  });

  private readonly block = this.RULE('block', () => {
    this.fit(atLeftCurly);
    this.CONSUME(t.LeftCurly);
    this.fit(inBlock);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.statement) }, { ALT: () => this.CONSUME(t.LineEnd) }]);
      this.fit(inBlock);
    });
    this.CONSUME(t.RightCurly);
  });

  /** Terms joined with `+`. They are no rule of their own: a node for each would cost a third of the memory. */
  private readonly expression = this.RULE('expression', () => {
    this.fit(atValue);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Plus,
      DEF: () => {
        this.fit(atValue);
        this.OR([
          { ALT: () => this.CONSUME(t.StringText) },
          { ALT: () => this.CONSUME(t.Name) },
          { ALT: () => this.CONSUME(t.Integer) },
          { ALT: () => this.SUBRULE(this.array) },
        ]);
      },
    });
  });

  /** After a comma a value may be missing; what else stands there is dropped up to the next comma or the end. */
  private readonly array = this.RULE('array', () => {
    this.CONSUME(t.LeftParen);
    this.fit(inArray);
    this.OPTION(() => this.SUBRULE(this.element));
    this.fit(afterElement);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.OPTION2(() => this.SUBRULE2(this.element));
      this.fit(afterElement);
    });
    this.CONSUME(t.RightParen);
  });

  private readonly element = this.RULE('element', () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.ArrayAssign);
      this.SUBRULE2(this.expression);
    });
  });

  /** What is missing is never made up. */
  protected override canTokenTypeBeInsertedInRecovery(): boolean {
    return false;
  }

  /** Drops tokens until one of `expected`, or the end of the text. */
  private fit(expected: ReadonlySet<number>): void {
    let token = this.LA(1);
    while (!expected.has(token.tokenTypeIdx) && token.tokenType !== EOF) {
      this.dropped.push(token);
      token = this.SKIP_TOKEN();
    }
  }
}

function oneOf(...types: TokenType[]): ReadonlySet<number> {
  return new Set(types.map((type) => type.tokenTypeIdx!));
}

const statementStarts = [t.Name, t.Dollar, t.Global, t.Include, t.IncludeShell, t.LineEnd];
const valueStarts = [t.StringText, t.Name, t.Integer, t.LeftParen];
const atStatement = oneOf(...statementStarts);
const inBlock = oneOf(...statementStarts, t.RightCurly);
const atAssignment = oneOf(t.Assign, t.ForceAssign, t.Append);
const atConditionName = oneOf(t.ConditionName);
const atLeftBracket = oneOf(t.LeftBracket);
const atRightBracket = oneOf(t.RightBracket);
const atOperator = oneOf(t.Equal, t.NotEqual, t.Match, t.NotMatch, t.Prefix, t.Suffix);
const atLeftCurly = oneOf(t.LeftCurly);
const atValue = oneOf(...valueStarts);
const inArray = oneOf(...valueStarts, t.RightParen);
const afterElement = oneOf(t.Comma, t.RightParen);
