import { loadAllTables } from '../../src/modules/registry.js';

const begin = '<!-- modules: written by `npm run manual` -->';
const end = '<!-- end of modules -->';

/** The text of README.md with its list of modules as the tables in src/ say. */
export async function withModules(readme: string): Promise<string> {
  const modules = (await loadAllTables()).filter(({ name }) => name !== 'core');
  const names = (served: boolean) =>
    modules
      .filter(({ notServed }) => (notServed === undefined) === served)
      .map(({ name }) => `\`${name}\``)
      .join(', ');
  const lists = [
    `Served: ${names(true)}.`,
    `Read and checked, not served yet (loading one warns): ${names(false)}.`,
  ].join('\n\n');
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || after < before)
    throw new Error('README.md has lost the marks around its list of modules');
  return `${readme.slice(0, before)}${begin}\n${lists}\n${readme.slice(after)}`;
}
