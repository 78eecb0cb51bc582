import { strftime } from '../../base/strftime.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { Field } from './fields.js';
import type { LineClock } from './line-clock.js';

type Seconds = (request: RequestState, line: LineClock) => number;

const wholeEnd: Seconds = (_, line) => line.clock.epochSeconds;
const wholeStart: Seconds = (request) => Math.floor(request.startedAt);
const preciseEnd: Seconds = (_, line) => line.preciseSeconds();
const preciseStart: Seconds = (request) => request.startedAt;

/** Digits of the whole time, and of its fraction, in each unit. */
const units: Readonly<Record<string, number>> = { msec: 3, usec: 6, nsec: 9 };

/**
 * `%t` and `%{FORMAT}t`: the end of the request, or with `begin:` its start, through strftime; or as a number
 * (`sec`, `msec`, `usec`, `nsec`, and `msec_frac` and so on for the fraction alone). Gives what is wrong otherwise.
 */
export function timeField(argument: string): Field | string {
  const isStart = argument.startsWith('begin:');
  const form = argument.replace(/^(begin|end):/, '');
  const name = isStart ? 'begin' : 'time';
  const number = { name, isNumber: true, usesStrftime: false, isPrecise: true };
  if (form === 'sec') {
    const seconds = isStart ? wholeStart : wholeEnd;
    // lighttpd counts it among the strftime formats, of which a line may have one
    return { ...number, usesStrftime: true, isPrecise: isStart, read: (r, line) => String(seconds(r, line)) };
  }
  const seconds = isStart ? preciseStart : preciseEnd;
  if (form in units) return { ...number, read: (r, line) => wholeDigits(seconds(r, line), units[form]) };
  const fraction = /^([mun]sec)_frac$/.exec(form)?.[1];
  if (fraction !== undefined)
    return {
      ...number,
      isNumber: false,
      read: (r, line) => fractionDigits(seconds(r, line), units[fraction]),
    };
  if (form !== '' && !form.includes('%'))
    return `%{${argument}}t names no time format, and has no % of strftime`;
  return strftimeField(name, form, isStart ? wholeStart : wholeEnd, isStart);
}

function strftimeField(name: string, form: string, seconds: Seconds, isPrecise: boolean): Field {
  const format = form === '' ? '[%d/%b/%Y:%T %z]' : form;
  const formatted = new EachSecond(format);
  const iso = new EachSecond('%FT%T%z');
  return {
    name,
    usesStrftime: true,
    isPrecise,
    read: (request, line) => formatted.format(seconds(request, line)),
    // brackets are for eyes: in JSON the default format is the one that programs read
    readJson: form === '' ? (request, line) => iso.format(seconds(request, line)) : undefined,
  };
}

/** Formats a time anew when its second is another one than the last. */
class EachSecond {
  private readonly strftimeFormat: string;
  private second = -1;
  private text = '';

  constructor(strftimeFormat: string) {
    this.strftimeFormat = strftimeFormat;
  }

  format(second: number): string {
    if (second !== this.second) {
      this.second = second;
      this.text = strftime(this.strftimeFormat, new Date(second * 1000));
    }
    return this.text;
  }
}

/** Rounded up, as lighttpd does; nanoseconds are more than a double holds, so the parts are put side by side. */
function wholeDigits(seconds: number, digits: number): string {
  const fraction = fractionOf(seconds, digits);
  const whole = Math.floor(seconds);
  if (fraction >= 10 ** digits) return `${whole + 1}${'0'.repeat(digits)}`;
  return `${whole}${String(fraction).padStart(digits, '0')}`;
}

function fractionDigits(seconds: number, digits: number): string {
  return String(Math.min(fractionOf(seconds, digits), 10 ** digits - 1)).padStart(digits, '0');
}

function fractionOf(seconds: number, digits: number): number {
  const nanoseconds = Math.round((seconds - Math.floor(seconds)) * 1e9);
  return Math.ceil(nanoseconds / 10 ** (9 - digits));
}

const durationUnits: Readonly<Record<string, string>> = {
  '': 'sec',
  s: 'sec',
  sec: 'sec',
  ms: 'msec',
  msec: 'msec',
  us: 'usec',
  usec: 'usec',
  ns: 'nsec',
  nsec: 'nsec',
};

/** `%T`, `%{UNIT}T` and `%D`: how long the request took. Gives what is wrong otherwise. */
export function durationField(argument: string): Field | string {
  const unit = durationUnits[argument];
  if (unit === undefined) return `%{${argument}}T: the unit is one of s, ms, us, ns`;
  const name = `duration_${unit}`;
  if (unit === 'sec')
    return {
      name,
      isNumber: true,
      // (the clock of whole seconds may be a moment behind the precise start)
      read: (r, line) => String(Math.max(0, line.clock.epochSeconds - Math.floor(r.startedAt))),
    };
  const divisor = 10 ** (9 - units[unit]);
  return {
    name,
    isNumber: true,
    isPrecise: true,
    read: (request, line) => {
      const nanoseconds = Math.round((line.preciseSeconds() - request.startedAt) * 1e9);
      // a clock that was set back
      return nanoseconds <= 0 ? '-1' : String(Math.ceil(nanoseconds / divisor));
    },
  };
}
