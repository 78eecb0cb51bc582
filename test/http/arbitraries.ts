import fc from 'fast-check';

/** Any bytes as latin1 text. */
export const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString('latin1'));

const targetPiece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('/', '.', '..', '//', '/./', '/../', '?', '%', '%2', '#', '+', '&', ' ', '\\'),
  },
  { weight: 4, arbitrary: fc.constantFrom('a', 'b.c', 'D', '~', '-', '_', '9', ';', ':', '@', '=') },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%2F', '%2f', '%2e', '%2E%2E', '%3F', '%25', '%41', '%c3%a9', '\xe9'),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) },
);

/** Request targets with a liking for what normalising looks at; they start with a slash. */
export const target = fc.array(targetPiece, { maxLength: 14 }).map((pieces) => `/${pieces.join('')}`);
