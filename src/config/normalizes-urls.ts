import { readSwitch } from './directive.js';
import type { ConfigTree } from './tree.js';

/** Does server.http-parseopts leave targets normalised (its default)? What they are compared with is, too, then. */
export function normalizesUrls({ blocks }: ConfigTree): boolean {
  const options = blocks[0].settings.find(({ key }) => key.toLowerCase() === 'server.http-parseopts')?.value;
  if (options?.type !== 'array') return true;
  return !options.elements.some(({ key, value }) => key === 'url-normalize' && readSwitch(value) === false);
}
