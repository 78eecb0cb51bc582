import { type DerElement, derAt, derElements } from './der.js';

const generalizedTime = 0x18;
const nextUpdateTag = 0xa0;
const successful = 0;

/**
 * When an answer of OCSP ends to be valid (RFC 6960, 4.2.1): seconds since the epoch, null where it does not say,
 * undefined where the file is no such answer.
 */
export function nextUpdateOf(response: Buffer): number | null | undefined {
  const status = derAt(response, [0, 0]);
  const basic = derAt(response, [0, 1, 0, 1]);
  if (status?.content[0] !== successful || basic === null) return undefined;
  const responseData = derAt(basic.content, [0, 0]);
  if (responseData === null) return undefined;
  // version and name of the responder stand before the time it was made, the answers behind
  const fields = derElements(responseData.content);
  const answers = fields[fields.findIndex(({ tag }) => tag === generalizedTime) + 1];
  const [single] = answers === undefined ? [] : derElements(answers.content);
  if (single === undefined) return undefined;
  const next = derElements(single.content).find(({ tag }) => tag === nextUpdateTag);
  return next === undefined ? null : timeOf(derElements(next.content)[0]);
}

function timeOf(element: DerElement | undefined): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(element?.content.toString('latin1') ?? '');
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
