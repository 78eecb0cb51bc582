import { readFileSync } from 'node:fs';
import { projectRoot } from '../helpers/project-root.js';
import type { Random } from './random.js';

/** A text of bytes, one character each; mutations make another of it. */
type Mutation = (text: string, random: Random, seeds: readonly string[]) => string;

/** Requests, well formed and not, that the mutations start from. */
export function readSeeds(): readonly string[] {
  const file: { requests: string[] } = JSON.parse(
    readFileSync(`${projectRoot}fixtures/fuzz/seeds.json`, 'utf8'),
  );
  return file.requests;
}

/** A seed with up to five mutations. */
export function mutatedRequest(random: Random, seeds: readonly string[]): string {
  let text = random.oneOf(seeds);
  for (let count = random.below(6); count > 0; count--) text = random.oneOf(mutations)(text, random, seeds);
  return text;
}

/** What parsers have stumbled over before. */
const interestingTexts: readonly string[] = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  ' ',
  '\t',
  ':',
  '%',
  '%00',
  '%2e%2e/',
  '/../',
  '//',
  '?',
  '#',
  '*',
  '\x7f',
  '\xff',
  '\xc3\xa9',
  'HTTP/1.1',
  ' HTTP/1.0',
  'HTTP/2.0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '__proto__: x\r\n',
  'constructor: x\r\n',
  'Host: b\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Expect: 100-continue\r\n',
  'Connection: keep-alive, close, upgrade\r\n',
  'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
  'Range: bytes=0-0,-1,5-,9-3\r\n',
  'If-Modified-Since: Sun, 32 Foo 99999 99:99:99 GMT\r\n',
  'If-None-Match: W/"a", *\r\n',
  'Authorization: Basic \xff\xff==\r\n',
  'Trailer: X-Sum\r\n',
];

const interestingNumbers: readonly string[] = [
  '0',
  '-1',
  '1',
  '00',
  '255',
  '65535',
  '65536',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '9223372036854775808',
  '1e9',
  '0x10',
];

const mutations: readonly Mutation[] = [
  function changeByte(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  function insertText(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.oneOf(interestingTexts) + text.slice(at);
  },
  function insertLine(text, random) {
    const ends = [...text.matchAll(/\r\n/g)].map((match) => match.index + 2);
    const at = ends.length === 0 ? 0 : random.oneOf(ends);
    return text.slice(0, at) + random.oneOf(interestingTexts) + text.slice(at);
  },
  function deleteSlice(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + random.below(20));
  },
  function repeatSlice(text, random) {
    const at = random.below(text.length + 1);
    const slice = text.slice(at, at + 1 + random.below(40));
    const times = random.below(8) === 0 ? random.below(500) : random.below(5);
    return text.slice(0, at) + slice.repeat(times) + text.slice(at);
  },
  function replaceNumber(text, random) {
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return text;
    const number = random.oneOf(numbers);
    return (
      text.slice(0, number.index) +
      random.oneOf(interestingNumbers) +
      text.slice(number.index + number[0].length)
    );
  },
  function changeCase(text, random) {
    const at = random.below(text.length + 1);
    const end = at + random.below(30);
    return text.slice(0, at) + swapCase(text.slice(at, end)) + text.slice(end);
  },
  function bareLineFeeds(text) {
    return text.replaceAll('\r\n', '\n');
  },
  function cutShort(text, random) {
    return text.slice(0, random.below(text.length + 1));
  },
  function spliceOther(text, random, seeds) {
    const other = random.oneOf(seeds);
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length));
  },
  function followWithOther(text, random, seeds) {
    return text + random.oneOf(seeds);
  },
];

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
