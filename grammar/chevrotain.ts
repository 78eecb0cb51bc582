/**
 * Chevrotain from its one bundled file: the package's own entry loads some 400 modules, which takes twenty times as
 * long and would be most of the time that `-t` takes. Same version, same types.
 */
const bundle = new URL('../chevrotain.min.mjs', import.meta.resolve('chevrotain'));

export const { CstParser, EOF, Lexer, createToken, createTokenInstance, generateCstDts } = (await import(
  bundle.href
)) as typeof import('chevrotain');
