import { derAt, derElements, objectIdentifier } from './der.js';

/** The short names that OpenSSL has for what stands in a name (X.520, RFC 4519 and others). */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.16': 'postalAddress',
  '2.5.4.17': 'postalCode',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.72': 'role',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.3': 'mail',
  '0.9.2342.19200300.100.1.25': 'DC',
};
const bmpString = 0x1e;
const utf8String = 0x0c;
const explicitVersion = 0xa0;

/** One part of a name: the value's bytes as latin1 text. */
export interface NamePart {
  readonly name: string;
  readonly value: string;
  /** It stands in one set with the part before it. */
  readonly joins: boolean;
  readonly tag: number;
}

/** The subject of a certificate (RFC 5280, 4.1.2.6), part by part. */
export function subjectOf(certificate: Buffer): NamePart[] {
  const fields = derElements(derAt(certificate, [0, 0])?.content ?? Buffer.alloc(0));
  // an optional version, then serial number, algorithm, issuer and validity stand before it
  const subject = fields[fields[0]?.tag === explicitVersion ? 5 : 4];
  if (subject === undefined) return [];
  return derElements(subject.content).flatMap((set) =>
    derElements(set.content).map((part, index) => {
      const [type, value] = derElements(part.content);
      const identifier = objectIdentifier(type.content);
      return {
        name: shortNames[identifier] ?? identifier,
        value: value.content.toString('latin1'),
        joins: index > 0,
        tag: value.tag,
      };
    }),
  );
}

/** The name in one line (XN_FLAG_ONELINE without ASN1_STRFLGS_ESC_MSB), as UTF-8 bytes in latin1 text. */
export function oneLine(parts: readonly NamePart[]): string {
  return parts
    .map(({ name, value, joins, tag }, index) => {
      const separator = index === 0 ? '' : joins ? ' + ' : ', ';
      return `${separator}${name} = ${quoted(toUtf8(value, tag))}`;
    })
    .join('');
}

function toUtf8(value: string, tag: number): string {
  if (tag === utf8String) return value;
  const bytes = Buffer.from(value, 'latin1');
  const text = tag === bmpString ? bytes.swap16().toString('utf16le') : value;
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quoted(value: string): string {
  const escaped = value
    .replace(/["\\]/g, '\\$&')
    .replace(
      /[\x00-\x1f\x7f]/g,
      (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
    );
  return /[,+"\\<>;]|^[# ]| $/.test(value) ? `"${escaped}"` : escaped;
}
