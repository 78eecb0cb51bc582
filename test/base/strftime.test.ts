import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { strftime } from '../../src/base/strftime.js';

const all = [
  'a',
  'A',
  'b',
  'B',
  'c',
  'C',
  'd',
  'D',
  'e',
  'F',
  'g',
  'G',
  'h',
  'H',
  'I',
  'j',
  'k',
  'l',
  'm',
  'M',
  'n',
];
const more = [
  'p',
  'P',
  'r',
  'R',
  's',
  'S',
  't',
  'T',
  'u',
  'U',
  'V',
  'w',
  'W',
  'x',
  'X',
  'y',
  'Y',
  'z',
  '%',
  '-d',
];
const format = [...all, ...more, '_H', '0e', '^b', '-e', 'Ey', 'Od'].map((letter) => `%${letter}`).join('|');

const days = [
  '2026-11-23 04:41:04',
  '2024-02-29 12:00:00',
  '2021-01-03 23:59:59',
  '2020-12-31 00:00:00',
  '2008-12-29 13:05:09',
];

test('every conversion gives what date(1) gives', () => {
  for (const day of days) {
    const date = new Date(`${day.replace(' ', 'T')}Z`);
    const expected = execFileSync('date', ['-u', '-d', `${day}Z`, `+${format}`], { env: { LC_ALL: 'C' } });
    assert.equal(`${strftime(format, date, 'utc')}\n`, expected.toString());
  }
});

test('local time has the offset of its day', () => {
  const script = `import { strftime } from '${new URL('../../src/base/strftime.js', import.meta.url).href}';
    for (const month of [0, 6]) console.log(strftime('%d/%b/%Y:%T %z', new Date(Date.UTC(2026, month, 1, 12))));`;
  const options = { env: { ...process.env, TZ: 'America/St_Johns' } };
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], options);
  assert.equal(output.toString(), '01/Jan/2026:08:30:00 -0330\n01/Jul/2026:09:30:00 -0230\n');
});

test('what is no conversion stays', () => {
  assert.equal(strftime('100% %Q %', new Date(0)), '100% %Q %');
});
