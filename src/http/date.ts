const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** IMF-fixdate (RFC 9110, 5.6.7) of whole seconds since the epoch. */
export function httpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}

/**
 * Seconds since the epoch for a date in one of the three forms of RFC 9110, 5.6.7, told apart by their length as
 * lighttpd does; NaN for anything else. Numbers out of range carry over (`32 Jan` is 1 Feb), text behind the date
 * is ignored. `now` (seconds) places the two-digit years of the oldest form.
 */
export function parseHttpDate(text: string, now: number): number {
  if (text.length === 29) return parseImfFixdate(text);
  return text.length > 29 ? parseRfc850(text, now) : parseAsctime(text);
}

/** Has what was last changed at `modified` (seconds) changed since the date in the header? True for a bad date. */
export function modifiedSince(header: string, modified: number, now: number): boolean {
  const since = parseHttpDate(header, now);
  return !(modified <= since) || since === -1;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseImfFixdate(text: string): number {
  if (!isDay(text) || !text.startsWith(', ', 3) || text[7] !== ' ' || text[11] !== ' ') return Number.NaN;
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  if (text[16] !== ' ' || !text.startsWith(' GMT', 25)) return Number.NaN;
  return toSeconds(year, monthAt(text, 8), twoDigits(text, 5), timeAt(text, 17));
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(text: string, now: number): number {
  const comma = text.indexOf(',', 3);
  if (!isDay(text) || comma < 0) return Number.NaN;
  const date = text.slice(comma);
  if (date[1] !== ' ' || date[4] !== '-' || date[8] !== '-' || date[11] !== ' ') return Number.NaN;
  if (!date.startsWith(' GMT', 20)) return Number.NaN;
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits(date, 9);
  const recentYear = year > thisYear + 50 ? year - 100 : year;
  return toSeconds(recentYear, monthAt(date, 5), twoDigits(date, 2), timeAt(date, 12));
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(text: string): number {
  if (!isDay(text) || text[3] !== ' ' || text[7] !== ' ' || text[10] !== ' ' || text[19] !== ' ')
    return Number.NaN;
  const day = text[8] === ' ' ? digitAt(text, 9) : twoDigits(text, 8);
  const year = twoDigits(text, 20) * 100 + twoDigits(text, 22);
  return toSeconds(year, monthAt(text, 4), day, timeAt(text, 11));
}

function isDay(text: string): boolean {
  return (days as readonly string[]).includes(text.slice(0, 3));
}

/** 0 to 11; NaN where no month stands. */
function monthAt(text: string, at: number): number {
  const month = (months as readonly string[]).indexOf(text.slice(at, at + 3));
  return month < 0 ? Number.NaN : month;
}

/** Seconds of the day for `08:49:37`. */
function timeAt(text: string, at: number): number {
  if (text[at + 2] !== ':' || text[at + 5] !== ':') return Number.NaN;
  return twoDigits(text, at) * 3600 + twoDigits(text, at + 3) * 60 + twoDigits(text, at + 6);
}

function twoDigits(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1);
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

function toSeconds(year: number, month: number, day: number, secondsOfDay: number): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century; setUTCFullYear does not.
  return new Date(0).setUTCFullYear(year, month, day) / 1000 + secondsOfDay;
}
