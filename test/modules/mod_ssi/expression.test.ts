import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Branches } from '../../../src/modules/mod_ssi/branches.js';
import { evaluate } from '../../../src/modules/mod_ssi/expression.js';

const variables: Readonly<Record<string, string>> = {
  a: 'x',
  b: 'y',
  empty: '',
  ten: '10',
  two: 'two words',
};
const holds = (expression: string): boolean => evaluate(expression, (name) => variables[name]);

suite('it holds:', () => {
  const expressions = [
    'x',
    '0',
    '$a',
    '${a}',
    '$a = x',
    "'x' = $a",
    '$a != $b',
    'a < b',
    '10 < 9',
    '$ten < 9',
    'b >= b',
    '$two = two words',
    '$a $b = x y',
    '!$empty',
    '!$nosuch',
    '!!x',
    '!($a = y)',
    '$a = x && $b = y',
    '$a = y || $b = y',
    '$empty && x || x',
    '((($a = x)))',
    '($a = x) && !($b = z)',
    '$empty = $nosuch',
    `${'('.repeat(16)}x${')'.repeat(16)}`,
  ];
  for (const expression of expressions) test(expression, () => assert.ok(holds(expression)));
});

suite('it does not hold, or cannot be read:', () => {
  const expressions = [
    '',
    "''",
    '$empty',
    '$nosuch',
    '!x',
    '$a = y',
    'b > b',
    'x || x && $empty',
    '$a & $b',
    '$a | $b',
    "'open",
    '${open',
    '(x',
    'x)',
    'x (y)',
    'a = b = c',
    '\x80',
    'a\nb',
    `${'('.repeat(17)}x${')'.repeat(17)}`,
    `${'!'.repeat(18)}x`,
  ];
  for (const expression of expressions) test(JSON.stringify(expression), () => assert.ok(!holds(expression)));
});

test('property: any expression ends in a verdict', () => {
  const piece = fc.constantFrom(
    '&&',
    '||',
    '=',
    '!',
    '<',
    '>',
    '(',
    ')',
    "'",
    '$',
    '{',
    '}',
    ' ',
    'a',
    '\xff',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      assert.equal(typeof holds(pieces.join('')), 'boolean');
    }),
  );
  assert.ok(holds(`x${' && x'.repeat(20_000)}`));
});

/** Runs `if`, `elif`, `else` and `endif` by letter; shows which of the digits between them are seen. */
function seen(script: string): string {
  const branches = new Branches();
  let text = '';
  for (const [step, argument] of script.matchAll(/[a-z]+([+-]?)|\d/g)) {
    if (step.startsWith('if')) branches.if(() => argument === '+');
    else if (step.startsWith('elif')) branches.elif(() => argument === '+');
    else if (step === 'else') branches.else();
    else if (step === 'endif') branches.endif();
    else if (!branches.isOff) text += step;
  }
  return text;
}

test('one branch is taken, inside of others too', () => {
  assert.equal(seen('if+ 1 elif+ 2 else 3 endif 4'), '14');
  assert.equal(seen('if- 1 elif+ 2 elif+ 3 else 4 endif 5'), '25');
  assert.equal(seen('if- 1 elif- 2 else 3 endif 4'), '34');
  assert.equal(seen('if- 1 if+ 2 else 3 endif 4 else 5 if- 6 else 7 endif 8 endif 9'), '5789');
  assert.equal(seen('if+ 1 if- 2 endif 3 endif 4'), '134');
  assert.equal(seen('if- 1'), '');
});
