import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manualPages } from './manual/pages.js';
import { withModules } from './manual/readme.js';

/** Writes docs/reference anew, and the list of modules in README.md; pages of modules that are gone go too. */
const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(projectRoot, 'docs/reference');
mkdirSync(folder, { recursive: true });
const pages = await manualPages(projectRoot);
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) writeFileSync(join(folder, name), text);

const readme = join(projectRoot, 'README.md');
writeFileSync(readme, await withModules(readFileSync(readme, 'utf8')));
