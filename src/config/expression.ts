import type { ArrayLiteral, Expression, IntegerLiteral, Name, Term } from '../../grammar/index.js';
import { lowerAscii } from '../base/ascii.js';
import type { Origin } from '../base/source-range.js';
import type { Diagnostic, RelatedPlace } from '../diagnostics/diagnostic.js';
import type { TextLoader } from './load-error.js';
import type { Scope } from './scope.js';
import type { ArrayElement, ArrayValue, ConfigValue } from './tree.js';
import { type ValueMaker, ValueProblem } from './values.js';

/** Longer texts are not joined. */
const textLengthMax = 32 * 1024 * 1024;

/** Gives the values of expressions. What cannot be evaluated is reported and gives null. */
export class ExpressionEvaluator {
  private readonly loader: TextLoader;
  private readonly values: ValueMaker;
  private readonly add: (diagnostic: Diagnostic) => void;
  /** Names whose value could not be evaluated: that they are not set then is no further problem. */
  private readonly failed = new Set<string>();

  constructor(loader: TextLoader, values: ValueMaker, add: (diagnostic: Diagnostic) => void) {
    this.loader = loader;
    this.values = values;
    this.add = add;
  }

  fails(name: string): void {
    this.failed.add(lowerAscii(name));
  }

  value(expression: Expression, scope: Scope): ConfigValue | null {
    if (expression.type !== 'sum') return this.term(expression, scope);
    let sum: ConfigValue | null = null;
    let isWhole = true;
    for (const node of expression.terms) {
      const term = this.term(node, scope);
      isWhole &&= term !== null;
      if (term === null || !isWhole) continue;
      const merged: ConfigValue | ValueProblem =
        sum === null ? term : this.join(sum, term, { ...expression.range, end: node.range.end });
      if (merged instanceof ValueProblem) {
        this.report(merged, node.range);
        isWhole = false;
      } else sum = merged;
    }
    return isWhole ? sum : null;
  }

  /** A string, or a number as text: what includes and keys take. */
  text(expression: Expression, scope: Scope): string | null {
    const value = this.value(expression, scope);
    if (value === null) return null;
    if (value.type !== 'array') return String(value.value);
    return this.fail('wrong-type', expression.range, 'A list cannot stand here', 'Write a string.');
  }

  /** The right side of a condition: a string alone. */
  conditionValue(expression: Expression, scope: Scope): string | null {
    const value = this.value(expression, scope);
    if (value === null || value.type === 'string') return value?.value ?? null;
    return this.fail(
      'wrong-type',
      expression.range,
      'A condition compares with a string',
      'Write it in quotes.',
    );
  }

  report(problem: ValueProblem, origin: Origin, places: readonly RelatedPlace[] = []): void {
    const { summary, detail, elements } = problem;
    if (elements === null) {
      this.add({ code: 'wrong-type', severity: 'error', summary, detail, origin, related: places });
      return;
    }
    const [first, second] = elements;
    const related = [{ message: 'It is here', origin: first.value.origin }, ...places];
    const place = second.value.origin;
    this.add({ code: 'duplicate-directive', severity: 'error', summary, detail, origin: place, related });
  }

  private join(left: ConfigValue, right: ConfigValue, origin: Origin): ConfigValue | ValueProblem {
    const length =
      left.type === 'string' && right.type === 'string' ? left.value.length + right.value.length : 0;
    if (length > textLengthMax) return new ValueProblem('The joined text is longer than 32 MB', 'Join less.');
    return this.values.merge(left, right, origin);
  }

  private term(node: Term, scope: Scope): ConfigValue | null {
    switch (node.type) {
      case 'string':
        return { type: 'string', value: node.value, origin: node.range };
      case 'integer':
        return this.integer(node);
      case 'name':
        return node.text.startsWith('env.') ? this.environment(node) : this.variable(node, scope);
      case 'array':
        return this.array(node, scope);
    }
  }

  /** Decimal digits of up to 64 bits, cut to 32. */
  private integer({ digits, range }: IntegerLiteral): ConfigValue | null {
    if (digits.length > 9 && BigInt(digits) > 0x7fff_ffff_ffff_ffffn)
      return this.fail('invalid-value', range, `${digits} is too large`, 'Numbers go up to 2147483647.');
    const value = digits.length > 9 ? Number(BigInt.asIntN(32, BigInt(digits))) : Number(digits);
    return { type: 'integer', value, origin: range };
  }

  private environment({ text, range }: Name): ConfigValue | null {
    const value = this.loader.environmentVariable(text.slice(4));
    if (value !== undefined) return { type: 'string', value, origin: range };
    const detail = 'Set it where the server is started, such as in its systemd unit.';
    return this.fail('undefined-variable', range, `The environment has no ${text.slice(4)}`, detail);
  }

  private variable({ text, range }: Name, scope: Scope): ConfigValue | null {
    const key = text.includes('.') ? text : `var.${text}`;
    const setting = scope.find(key);
    if (setting !== undefined) return setting.value;
    if (this.failed.has(lowerAscii(key))) return null;
    const detail = 'Names are known from where they are set on, in their block and the blocks in it.';
    return this.fail('undefined-variable', range, `${key} is not set`, detail);
  }

  private array(node: ArrayLiteral, scope: Scope): ArrayValue | null {
    const elements: ArrayElement[] = [];
    let isWhole = true;
    for (const element of node.elements) {
      const key = element.key && this.text(element.key, scope);
      const value = this.value(element.value, scope);
      if (value === null || (key === null && element.key !== null)) isWhole = false;
      else elements.push({ key, value });
    }
    const array = this.values.makeArray(elements, node.range);
    if (array instanceof ValueProblem) {
      this.report(array, node.range);
      return null;
    }
    return isWhole ? array : null;
  }

  private fail(code: Diagnostic['code'], origin: Origin, summary: string, detail: string): null {
    this.add({ code, severity: 'error', summary, detail, origin });
    return null;
  }
}
