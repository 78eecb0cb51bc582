/**
 * Loads an ES module by its address. In the bundled programs `bin/load-program.js` does it: code that V8 has kept from
 * an earlier run cannot.
 */
export function importModule(url: string): Promise<unknown> {
  return import(url);
}
