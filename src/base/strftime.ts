type Zone = 'local' | 'utc';

/** Names the local time zone at a time, for `%Z`. */
type NameZone = (date: Date) => string;

/** A point in time, broken down in local time or UTC, as C's `struct tm`. */
interface Parts {
  readonly date: Date;
  readonly nameZone: NameZone;
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 0. */
  readonly yearday: number;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

const dayMs = 86_400_000;
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

const padded =
  (width: number, read: (parts: Parts) => number, pad = '0') =>
  (parts: Parts): string =>
    String(read(parts)).padStart(width, pad);

const hour12 = (parts: Parts): number => parts.hour % 12 || 12;
const weekOfYear = (parts: Parts, firstWeekday: number): number =>
  Math.floor((parts.yearday + 7 - ((parts.weekday - firstWeekday + 7) % 7)) / 7);

/** Conversions made of others. */
const compound: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  v: '%e-%b-%Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  '+': '%a %b %e %H:%M:%S %Z %Y',
};

const conversions: Readonly<Record<string, (parts: Parts) => string>> = {
  a: (parts) => weekdays[parts.weekday].slice(0, 3),
  A: (parts) => weekdays[parts.weekday],
  b: (parts) => months[parts.month].slice(0, 3),
  B: (parts) => months[parts.month],
  C: padded(2, (parts) => Math.floor(parts.year / 100)),
  d: padded(2, (parts) => parts.day),
  e: padded(2, (parts) => parts.day, ' '),
  g: padded(2, (parts) => isoWeek(parts).year % 100),
  G: padded(4, (parts) => isoWeek(parts).year),
  H: padded(2, (parts) => parts.hour),
  I: padded(2, hour12),
  j: padded(3, (parts) => parts.yearday + 1),
  k: padded(2, (parts) => parts.hour, ' '),
  l: padded(2, hour12, ' '),
  m: padded(2, (parts) => parts.month + 1),
  M: padded(2, (parts) => parts.minute),
  n: () => '\n',
  p: (parts) => (parts.hour < 12 ? 'AM' : 'PM'),
  P: (parts) => (parts.hour < 12 ? 'am' : 'pm'),
  s: (parts) => String(Math.floor(parts.date.getTime() / 1000)),
  S: padded(2, (parts) => parts.second),
  t: () => '\t',
  u: (parts) => String(parts.weekday || 7),
  U: padded(2, (parts) => weekOfYear(parts, 0)),
  V: padded(2, (parts) => isoWeek(parts).week),
  w: (parts) => String(parts.weekday),
  W: padded(2, (parts) => weekOfYear(parts, 1)),
  y: padded(2, (parts) => parts.year % 100),
  Y: (parts) => String(parts.year),
  z: zoneOffset,
  Z: zoneName,
  '%': () => '%',
};

/**
 * strftime(3) in the C locale, with glibc's conversions and its flags `-`, `_`, `0` and `^`. What it does not know
 * stays as it is.
 */
export function strftime(
  format: string,
  date: Date,
  zone: Zone = 'local',
  nameZone: NameZone = shortZoneName,
): string {
  return formatParts(format, zone === 'utc' ? utcParts(date) : localParts(date, nameZone));
}

function formatParts(format: string, parts: Parts): string {
  return format.replace(/%([-_0^]?)[EO]?([a-zA-Z%+])/g, (text, flag: string, letter: string) => {
    const nested = compound[letter];
    const value = nested === undefined ? conversions[letter]?.(parts) : formatParts(nested, parts);
    return value === undefined ? text : applyFlag(flag, value);
  });
}

function applyFlag(flag: string, value: string): string {
  if (flag === '') return value;
  if (flag === '^') return value.toUpperCase();
  const padding = /^[0 ]*(?=\d)/.exec(value)?.[0] ?? '';
  const fill = { '-': '', _: ' ', '0': '0' }[flag] ?? '';
  return fill.repeat(padding.length) + value.slice(padding.length);
}

function localParts(date: Date, nameZone: NameZone): Parts {
  // the same wall time, on a clock that knows no daylight saving
  const offsetMinutes = -date.getTimezoneOffset();
  return {
    ...utcParts(new Date(date.getTime() + offsetMinutes * 60_000)),
    date,
    nameZone,
    offsetMinutes,
  };
}

function utcParts(date: Date): Parts {
  const year = date.getUTCFullYear();
  return {
    date,
    nameZone: () => 'GMT',
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearday: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / dayMs),
    offsetMinutes: 0,
  };
}

/** ISO 8601: weeks start on Monday, and belong to the year that their Thursday is in. */
function isoWeek(parts: Parts): { year: number; week: number } {
  const thursday = parts.yearday + 3 - ((parts.weekday + 6) % 7);
  const date = new Date(Date.UTC(parts.year, 0, 1 + thursday));
  const year = date.getUTCFullYear();
  return { year, week: 1 + Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs)) };
}

function zoneOffset(parts: Parts): string {
  const minutes = Math.abs(parts.offsetMinutes);
  const digits = Math.floor(minutes / 60) * 100 + (minutes % 60);
  return `${parts.offsetMinutes < 0 ? '-' : '+'}${String(digits).padStart(4, '0')}`;
}

function zoneName(parts: Parts): string {
  return parts.nameZone(parts.date);
}

/** What Intl has: names for some zones, offsets for the others. */
function shortZoneName(date: Date): string {
  const named = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return named.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}
