import { holdsAt } from './assertions.js';
import type { CharacterTest } from './character-test.js';
import { ChoiceKind, Choices } from './choices.js';
import { Op, type Program, sizeOf } from './program.js';

/** Instructions that a match may take: some 20 ms. PCRE2 counts otherwise, and allows more. */
const stepsMax = 300_000;
/** Characters that a set takes are looked at so much faster than an instruction. */
const charactersAStepBits = 2;
const comparedAStepBits = 6;

/** A pattern was tried in so many ways that the search was given up: neither a match nor none. */
export class MatchLimitError extends Error {
  constructor() {
    super('the pattern was tried in too many ways');
  }
}

/** Runs a program on texts by backtracking, as PCRE2 does, with a limit to its steps (PCRE2_ERROR_MATCHLIMIT). */
export class Matcher {
  private readonly program: Program;
  private readonly choices: Choices;
  private text = '';
  private stepsLeft = 0;
  private taken = 0;

  constructor(program: Program) {
    this.program = program;
    this.choices = new Choices(program.registerCount);
  }

  /**
   * Positions where the groups begin and end, two a group, -1 where one took no part; the array is used again by the
   * next call. Null: no match. Throws a MatchLimitError.
   */
  exec(text: string): Int32Array | null {
    this.text = text;
    this.stepsLeft = stepsMax;
    const last = this.program.begins === 'atStart' ? 0 : text.length;
    for (let start = 0; start <= last; start++) {
      if (!this.mayBegin(start)) continue;
      this.choices.reset();
      if (this.run(start)) return this.choices.registers;
    }
    return null;
  }

  private mayBegin(start: number): boolean {
    const { begins, firstCharacters } = this.program;
    const { text } = this;
    if (start > 0 && begins === 'atLines' && text.charCodeAt(start - 1) !== 10) return false;
    const code = text.charCodeAt(start);
    if (firstCharacters !== null && (start === text.length || firstCharacters[code] === 0)) return false;
    return (code & 0xfc00) !== 0xdc00;
  }

  /** Follows the program from its first instruction; where one fails, the newest choice is next. */
  private run(start: number): boolean {
    const { choices, text } = this;
    const { code, sets } = this.program;
    let at = start;
    let place = 0;
    for (;;) {
      if (--this.stepsLeft < 0) throw new MatchLimitError();
      const op = code[place];
      switch (op) {
        case Op.accept:
          return true;
        case Op.jump:
          place = code[place + 1];
          continue;
        case Op.turn:
          place = this.turn(place, at);
          continue;
        case Op.leaveIfEmpty:
          place = this.afterTurn(place, at);
          continue;
        case Op.character:
          at = text.charCodeAt(at) === code[place + 1] ? at + 1 : -1;
          break;
        case Op.set:
          at = this.takeOne(sets[code[place + 1]], at);
          break;
        default:
          at = this.step(op, place, at);
      }
      if (at >= 0) {
        place += sizeOf[op];
        continue;
      }
      place = this.backtrack();
      if (place < 0) return false;
      at = choices.position;
    }
  }

  /** Instructions that go on behind themselves. Gives the position after it, -1 where it fails. */
  private step(op: number, place: number, at: number): number {
    const { choices } = this;
    const { registers } = choices;
    const { code } = this.program;
    const first = code[place + 1];
    const second = code[place + 2];
    switch (op) {
      case Op.split:
        choices.push(ChoiceKind.goOn, first, at, 0);
        return at;
      case Op.mark:
        choices.setRegister(first, at);
        return at;
      case Op.capture:
        choices.setRegister(2 * first, registers[second]);
        choices.setRegister(2 * first + 1, at);
        return at;
      case Op.clear:
        choices.setRegister(first, 0);
        return at;
      case Op.count:
        choices.setRegister(first, registers[first] + 1);
        return at;
      case Op.assert:
        return holdsAt(this.text, at, first) ? at : -1;
      case Op.back:
        return this.goBack(first, at);
      case Op.reference:
        return this.takeReference(first, second === 1, at);
      case Op.guard:
        registers[first] = choices.height;
        return at;
      case Op.commit:
        choices.commitTo(registers[first]);
        return at;
      case Op.commitAndReturn:
        choices.commitTo(registers[first]);
        return registers[second];
      case Op.failSince:
        choices.undoTo(registers[first]);
        return -1;
      default:
        return this.takeMany(op, place, at);
    }
  }

  /** Where the program goes on after a loop's turn; the other way is left as a choice. */
  private turn(place: number, at: number): number {
    const { code } = this.program;
    const turns = this.choices.registers[code[place + 1]];
    const most = code[place + 3];
    const inside = place + sizeOf[Op.turn];
    const after = code[place + 5];
    if (turns < code[place + 2]) return inside;
    if (most >= 0 && turns >= most) return after;
    const isGreedy = code[place + 4] === 1;
    this.choices.push(ChoiceKind.goOn, isGreedy ? after : inside, at, 0);
    return isGreedy ? inside : after;
  }

  /** A turn that took nothing is the last, unless more are needed. */
  private afterTurn(place: number, at: number): number {
    const { code } = this.program;
    const { registers } = this.choices;
    const isEmpty = registers[code[place + 1]] === at;
    const mayLeave = registers[code[place + 2]] >= code[place + 3];
    return isEmpty && mayLeave ? code[place + 4] : place + sizeOf[Op.leaveIfEmpty];
  }

  private takeOne(test: CharacterTest, at: number): number {
    const { text } = this;
    const unit = text.charCodeAt(at);
    if (unit < 128) return test.ascii[unit] === 1 ? at + 1 : -1;
    if (at >= text.length) return -1;
    const character = text.codePointAt(at)!;
    if (!test.has(character)) return -1;
    return character > 0xffff ? at + 2 : at + 1;
  }

  /** A repeated set: first as many as it needs, then as many as it gets, or the choice of more. */
  private takeMany(op: number, place: number, at: number): number {
    const { code, sets } = this.program;
    const test = sets[code[place + 1]];
    const least = this.takeUpTo(test, at, code[place + 2]);
    if (this.taken < code[place + 2]) return -1;
    const most = code[place + 3] < 0 ? -1 : code[place + 3] - code[place + 2];
    if (op === Op.lazySet) {
      if (most !== 0) this.choices.push(ChoiceKind.more, place, least, most);
      return least;
    }
    const end = this.takeUpTo(test, least, most < 0 ? Infinity : most);
    if (op === Op.greedySet && end > least) this.choices.push(ChoiceKind.fewer, place, end, least);
    return end;
  }

  /** `taken` says how many they were. */
  private takeUpTo(test: CharacterTest, at: number, most: number): number {
    let end = at;
    this.taken = 0;
    while (this.taken < most) {
      const next = this.takeOne(test, end);
      if (next < 0) break;
      this.taken++;
      end = next;
    }
    this.stepsLeft -= this.taken >> charactersAStepBits;
    return end;
  }

  private goBack(count: number, from: number): number {
    let at = from;
    for (let i = 0; i < count; i++) {
      if (at === 0) return -1;
      at = this.before(at);
    }
    return at;
  }

  private before(at: number): number {
    return at > 1 && (this.text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 ? at - 2 : at - 1;
  }

  /** A group that took no part fails here, unlike in JavaScript. */
  private takeReference(group: number, ignoresCase: boolean, at: number): number {
    const { registers } = this.choices;
    const start = registers[2 * group];
    if (start < 0) return -1;
    const { text } = this;
    const captured = text.slice(start, registers[2 * group + 1]);
    const end = at + captured.length;
    this.stepsLeft -= captured.length >> comparedAStepBits;
    if (text.startsWith(captured, at)) return end;
    return ignoresCase && isSameWithoutCase(text.slice(at, end), captured) ? end : -1;
  }

  /** The place to go on at, `choices.position` with it; -1 where nothing is left to try. */
  private backtrack(): number {
    const { choices } = this;
    while (choices.take()) {
      const { place, position, end, kind } = choices;
      if (kind === ChoiceKind.goOn) return place;
      const next = kind === ChoiceKind.fewer ? this.before(position) : this.oneMore(place, position);
      if (next < 0) continue;
      if (kind === ChoiceKind.fewer && next > end) choices.push(kind, place, next, end);
      if (kind === ChoiceKind.more && end !== 1) choices.push(kind, place, next, end < 0 ? -1 : end - 1);
      choices.position = next;
      return place + sizeOf[Op.greedySet];
    }
    return -1;
  }

  private oneMore(place: number, position: number): number {
    const { code, sets } = this.program;
    return this.takeOne(sets[code[place + 1]], position);
  }
}

function isSameWithoutCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase() || a.toUpperCase() === b.toUpperCase();
}
