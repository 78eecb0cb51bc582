import type {
  Assignment,
  Branch,
  Conditional,
  Condition as ConditionNode,
  ConfigSyntax,
  Global,
  Include,
  Statement,
} from '../../grammar/index.js';
import { lowerAscii } from '../base/ascii.js';
import type { Origin, SourceFile } from '../base/source-range.js';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic, DiagnosticList } from '../diagnostics/diagnostic.js';
import { adjustValues } from './adjust-values.js';
import { ExpressionEvaluator } from './expression.js';
import { LoadError, type TextLoader } from './load-error.js';
import { conditionText, readCondition, simplifyCondition } from './read-condition.js';
import { Scope } from './scope.js';
import type { Condition, ConfigTree, ConfigValue } from './tree.js';
import { ValueMaker, ValueProblem } from './values.js';

/** Texts within texts; deeper it is a loop. */
const includeDepthMax = 50;
/** Blocks within blocks, over all texts. */
const blockDepthMax = 200;
/** Texts read in all: a few includes that each include twice must not run for hours. */
const sourcesMax = 20_000;
/** All values together, as `weightOf` counts; some 256 MB of text. */
const weightMax = 4_000_000;

/** The index of scopes that are no part of the tree. */
const detached = -1;

/** What ends an evaluation at once: to go on would take for ever. */
class Stop extends Error {}

/**
 * Runs the statements of a configuration and the texts that it includes, as the actions of the reference's parser do.
 * The reference stops at the first problem; this goes on, so that one run reports them all.
 */
export class Evaluator {
  private readonly syntax: ConfigSyntax;
  private readonly loader: TextLoader;
  private readonly diagnostics: DiagnosticList;
  private readonly scopes: Scope[];
  private readonly byPath = new Map<string, Scope>();
  private readonly sources: SourceFile[] = [];
  private readonly values = new ValueMaker();
  private readonly expressions: ExpressionEvaluator;
  private current: Scope;
  /** How many `global { ... }` and conditions are open. */
  private openBlocks = 0;
  private includeDepth = 0;
  private weight = 0;

  constructor(main: SourceFile, syntax: ConfigSyntax, loader: TextLoader, diagnostics: DiagnosticList) {
    this.syntax = syntax;
    this.loader = loader;
    this.diagnostics = diagnostics;
    const origin: Origin = { source: main, start: 0, end: main.text.length, line: 1, column: 1 };
    this.current = new Scope(0, null, 'global', null, origin);
    this.scopes = [this.current];
    this.expressions = new ExpressionEvaluator(loader, this.values, (diagnostic) =>
      diagnostics.add(diagnostic),
    );
    const cwd: ConfigValue = { type: 'string', value: loader.workingFolder, origin };
    this.current.add({ key: 'var.CWD', value: cwd, origin });
    const pid: ConfigValue = { type: 'integer', value: loader.processId, origin };
    this.current.add({ key: 'var.PID', value: pid, origin });
  }

  run(main: SourceFile, basedir: string): ConfigTree {
    try {
      this.text(main);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
    this.sortDiagnostics();
    return adjustValues({
      blocks: this.scopes.map((scope) => scope.toBlock()),
      sources: this.sources,
      basedir,
    });
  }

  /** In the order of the texts: syntax errors are known before anything is evaluated. */
  private sortDiagnostics(): void {
    const order = new Map(this.sources.map((source, index) => [source, index]));
    const place = ({ origin }: Diagnostic): number =>
      origin === null ? -1 : (order.get(origin.source) ?? -1);
    this.diagnostics.items.sort(
      (a, b) => place(a) - place(b) || (a.origin?.start ?? 0) - (b.origin?.start ?? 0),
    );
  }

  private text(source: SourceFile): void {
    this.sources.push(source);
    const { file, problems } = this.syntax.parse(source);
    for (const { range, related, ...problem } of problems)
      this.diagnostics.add({ ...problem, origin: range, related: related && [related] });
    this.statements(file.statements);
  }

  private statements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.type === 'assignment') this.assignment(statement);
      else if (statement.type === 'conditional') this.conditional(statement);
      else if (statement.type === 'include') this.include(statement);
      else this.global(statement);
    }
  }

  private assignment({ name, operator, value: expression }: Assignment): void {
    const key = name.text.includes('.') ? name.text : `var.${name.text}`;
    const value = this.expressions.value(expression, this.current);
    if (key.startsWith('env.')) {
      this.error(
        'invalid-value',
        name.range,
        'Environment variables can be read, not set',
        'Use a var. name.',
      );
      return;
    }
    if (value === null) {
      this.expressions.fails(key);
      return;
    }
    if (operator === '=') this.set(key, value, name.range);
    else if (operator === ':=') this.put(key, value, name.range, true);
    else this.append(key, value, name.range, expression.range);
  }

  private set(key: string, value: ConfigValue, origin: Origin): void {
    const known = this.current.get(key);
    if (known === undefined) {
      this.put(key, value, origin, false);
      return;
    }
    this.diagnostics.add({
      code: 'duplicate-directive',
      severity: 'error',
      summary: `${key} is already set in this block`,
      detail: 'Remove one of the two, extend the first with +=, or replace it with := .',
      origin,
      related: [{ message: 'It is set here', origin: known.origin }],
    });
  }

  private put(key: string, value: ConfigValue, origin: Origin, mayReplace: boolean): void {
    this.weight += this.values.weightOf(value);
    if (this.weight > weightMax)
      this.stop(
        'invalid-value',
        origin,
        'The values of the configuration are too large',
        'Is one extended by itself?',
      );
    if (mayReplace) this.current.replace({ key, value, origin });
    else this.current.add({ key, value, origin });
  }

  /** Extends the value of this block, or a copy of the one around it. */
  private append(key: string, value: ConfigValue, origin: Origin, range: Origin): void {
    const own = this.current.take(key);
    const known = own ?? this.current.find(key);
    if (known === undefined) {
      this.put(key, value, origin, false);
      return;
    }
    const merged = this.values.merge(known.value, value, range);
    if (merged instanceof ValueProblem) {
      this.expressions.report(merged, range, [{ message: `${key} is set here`, origin: known.origin }]);
      if (own !== undefined) this.current.add(own);
      return;
    }
    this.put(key, merged, origin, false);
  }

  private include({ keyword, argument, range }: Include): void {
    const text = this.expressions.text(argument, this.current);
    if (text === null) return;
    this.load(range, () => {
      if (keyword === 'include_shell') this.included(text, this.loader.runCommand(text), range);
      else
        for (const name of this.loader.expandInclude(text))
          this.included(name, this.loader.readFile(name), range);
    });
  }

  private load(origin: Origin, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.error(error.code, origin, error.message, error.detail);
    }
  }

  private included(name: string, text: string, includedFrom: Origin): void {
    if (this.includeDepth === includeDepthMax) this.stopAtLoop(name, includedFrom);
    if (this.sources.length === sourcesMax)
      this.stop(
        'include-failed',
        includedFrom,
        `More than ${sourcesMax} files are included`,
        'Include less.',
      );
    this.includeDepth++;
    this.text({ name, text, includedFrom });
    this.includeDepth--;
  }

  private stopAtLoop(name: string, origin: Origin): never {
    const chain = [name];
    for (let from: Origin | null = origin; from !== null; from = from.source.includedFrom) {
      chain.unshift(from.source.name);
      if (from.source.name === name) {
        const loop = chain.join(' includes ');
        this.stop(
          'include-failed',
          origin,
          'Files include each other without end',
          `${loop}. Remove one include.`,
        );
      }
    }
    this.stop('include-failed', origin, `Includes are more than ${includeDepthMax} deep`, 'Nest them less.');
  }

  private global({ statements, range }: Global): void {
    this.within(this.scopes[0], range, statements);
  }

  private within(scope: Scope, origin: Origin, statements: readonly Statement[]): void {
    const outer = this.current;
    if (this.openBlocks > 0 && outer.index === 0) {
      const detail = 'Put the condition outside of the global block.';
      this.error('invalid-condition', origin, 'A block cannot stand inside of a global block', detail);
    }
    if (this.openBlocks === blockDepthMax)
      this.stop('syntax-error', origin, `Blocks are more than ${blockDepthMax} deep`, 'Nest them less.');
    this.openBlocks++;
    this.current = scope;
    this.statements(statements);
    this.current = outer;
    this.openBlocks--;
  }

  private conditional({ branches }: Conditional): void {
    let previous: Scope | null = null;
    for (const branch of branches) {
      const scope: Scope =
        previous !== null && branch.condition === null
          ? this.plainElse(branch, previous)
          : this.conditionBlock(branch, branch.condition!, previous);
      previous = scope;
    }
  }

  private conditionBlock(branch: Branch, node: ConditionNode, previous: Scope | null): Scope {
    const scope = this.findOrMakeBlock(node);
    this.within(scope, node.range, branch.statements);
    if (previous === null || previous.index === detached || scope.index === detached) return scope;
    if (previous.index >= scope.index)
      this.unreachable(branch, 'This condition was asked before: it cannot hold here');
    if (previous.condition?.operator === 'else')
      this.unreachable(branch, 'A plain else stands before this one');
    scope.previous = previous;
    previous.next = scope;
    return scope;
  }

  /** The block with this condition in the current one: conditions that are written alike are one block. */
  private findOrMakeBlock(node: ConditionNode): Scope {
    const key = this.expressions.text(node.key, this.current);
    const value = this.expressions.conditionValue(node.value, this.current);
    if (key === null || value === null) return this.detachedBlock(node.range);
    const written = simplifyCondition({ object: node.object, key, operator: node.operator, value });
    const path = lowerAscii(`${this.current.path} / ${conditionText(written)}`);
    const known = this.byPath.get(path);
    if (known !== undefined) return known;
    const condition = readCondition(written, node.range);
    if (Array.isArray(condition)) {
      this.error('invalid-condition', node.value.range, ...condition);
      return this.detachedBlock(node.range);
    }
    return this.addBlock(path, condition, node.range);
  }

  private addBlock(path: string, condition: Condition, origin: Origin): Scope {
    if (this.current.index === detached) return this.detachedBlock(origin);
    const scope = new Scope(this.scopes.length, this.current, path, condition, origin);
    this.scopes.push(scope);
    this.byPath.set(path, scope);
    return scope;
  }

  /** Stands in for a block whose condition is wrong, so that its statements are checked. It is not part of the tree. */
  private detachedBlock(origin: Origin): Scope {
    return new Scope(detached, this.current, `${this.current.path} / ?`, null, origin);
  }

  /**
   * An `else` is named after its condition with the operator turned round, once its statements are done: a later block
   * with just that condition is the same block.
   */
  private plainElse(branch: Branch, previous: Scope): Scope {
    const condition: Condition = {
      field: previous.condition?.field ?? 'host',
      header: previous.condition?.header ?? '',
      operator: 'else',
      value: '',
      text: 'else',
      origin: branch.range,
    };
    const scope = this.addBlock(`${this.current.path} / else_tmp_token`, condition, branch.range);
    this.within(scope, branch.range, branch.statements);
    this.byPath.delete(scope.path);
    if (previous.index === detached || scope.index === detached) return scope;
    if (previous.condition?.operator === 'else') {
      this.unreachable(branch, 'A plain else stands before this one');
      return scope;
    }
    scope.path = turnedPath(previous);
    if (this.byPath.has(scope.path))
      this.unreachable(branch, 'Its opposite was asked before: it cannot hold here');
    this.byPath.set(scope.path, scope);
    scope.previous = previous;
    previous.next = scope;
    return scope;
  }

  private unreachable({ range }: Branch, summary: string): void {
    this.error('unreachable-block', range, summary, 'Remove this block, or change its condition.');
  }

  private error(code: DiagnosticCode, origin: Origin, summary: string, detail: string): void {
    this.diagnostics.error(code, origin, summary, detail);
  }

  private stop(code: DiagnosticCode, origin: Origin, summary: string, detail: string): never {
    this.error(code, origin, summary, detail);
    throw new Stop();
  }
}

/** The path of the condition with `=` for `!` and `!` for `=`, where the reference looks for the operator's first sign. */
function turnedPath({ path, condition }: Scope): string {
  if (condition === null) return `${path} else`;
  const at = path.length - condition.value.length - 5;
  return path.slice(0, at) + (condition.operator.startsWith('!') ? '=' : '!') + path.slice(at + 1);
}
