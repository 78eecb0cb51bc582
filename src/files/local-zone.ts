import * as fs from 'node:fs';

/** `CET-1CEST,M3.5.0,M10.5.0/3`: two names, the first with its offset west of Greenwich. */
const posixZone =
  /^(?:<([^>]+)>|([A-Za-z]{3,}))([+-]?)(\d{1,2})(?::(\d{2}))?(?::\d{2})?(?:<([^>]+)>|([A-Za-z]{3,}))?/;

/**
 * Names of the local time zone as the C library gives them (`CET`, `CEST`), which Intl does not know. They come from
 * the environment variable TZ and the system's zone files.
 */
export class LocalZone {
  /** By minutes east of Greenwich. */
  private readonly names: ReadonlyMap<number, string>;
  /** The name of summer time, for an offset that no rule states. */
  private readonly summerName: string | null;

  constructor(tz: string | undefined = process.env['TZ']) {
    const name = tz?.replace(/^:/, '');
    const file = name
      ? readZoneFile(name.startsWith('/') ? name : `/usr/share/zoneinfo/${name}`)
      : readZoneFile('/etc/localtime');
    const rule = posixZone.exec(file?.rule ?? name ?? '');
    const names = new Map(file?.types ?? []);
    if (rule !== null) {
      const minutes = Number(rule[4]) * 60 + Number(rule[5] ?? 0);
      names.set(rule[3] === '-' ? minutes : -minutes, rule[1] ?? rule[2]);
    }
    this.names = names;
    this.summerName = rule?.[6] ?? rule?.[7] ?? null;
  }

  nameAt(date: Date): string {
    const offset = -date.getTimezoneOffset();
    return this.names.get(offset) ?? (offset === 0 ? 'UTC' : (this.summerName ?? 'UTC'));
  }
}

interface ZoneFile {
  /** Offset in minutes and name of each kind of time; those in use last stand last. */
  readonly types: readonly (readonly [number, string])[];
  /** What holds after the last change that the file lists. */
  readonly rule: string;
}

/** A file of the time zone database (RFC 9636), of version 2 or later; null where there is none. */
function readZoneFile(path: string): ZoneFile | null {
  let data: Buffer;
  try {
    data = fs.readFileSync(path);
  } catch {
    return null;
  }
  if (data.toString('latin1', 0, 4) !== 'TZif' || data[4] < 0x32) return null;
  const start = 44 + blockLength(data, 0, 4);
  return readBlock(data, start);
}

/** The six counts of a header: isutc, isstd, leap seconds, transitions, types, characters. */
function countsAt(data: Buffer, header: number): number[] {
  return Array.from({ length: 6 }, (_, i) => data.readUInt32BE(header + 20 + 4 * i));
}

function blockLength(data: Buffer, header: number, timeSize: number): number {
  const [isUtc, isStd, leap, transitions, types, characters] = countsAt(data, header);
  return transitions * (timeSize + 1) + types * 6 + characters + leap * (timeSize + 4) + isStd + isUtc;
}

function readBlock(data: Buffer, header: number): ZoneFile {
  const [, , , transitions, typeCount, characters] = countsAt(data, header);
  const indexes = header + 44 + transitions * 8;
  const types = indexes + transitions;
  const texts = types + typeCount * 6;
  const describe = (index: number): readonly [number, string] => {
    const at = types + 6 * index;
    const text = texts + data[at + 5];
    const name = data.toString('latin1', text, data.indexOf(0, text));
    return [data.readInt32BE(at) / 60, name];
  };
  const inOrder = Array.from(data.subarray(indexes, types), describe);
  const rule = data.toString('latin1', header + 44 + blockLength(data, header, 8)).trim();
  const first = typeCount > 0 && characters > 0 ? [describe(0)] : [];
  return { types: [...first, ...inOrder], rule };
}
