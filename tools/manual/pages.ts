import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendOptions, withdrawnBackendOptions } from '../../src/backend/backend-options.js';
import { ownBackendOptions } from '../../src/backend/own-options.js';
import type { DirectiveTable } from '../../src/config/directive.js';
import { diagnosticCodes } from '../../src/diagnostics/codes.js';
import { featureFlags } from '../../src/modules/core/feature-flags.js';
import { loadAllTables, registry } from '../../src/modules/registry.js';
import type { AnyModule } from '../../src/plugin/define-module.js';
import { hookTable } from '../../src/plugin/hooks.js';
import { directiveSection } from './directive-section.js';

const generated = '<!-- Written by `npm run manual` from the tables in src/. Change those. -->';

/** The pages of docs/reference by file name, made of the tables that the server itself reads. */
export async function manualPages(projectRoot: string): Promise<ReadonlyMap<string, string>> {
  const modules = await loadAllTables();
  const pages = new Map<string, string>();
  for (const module of modules) pages.set(`${module.name}.md`, modulePage(module, projectRoot));
  pages.set('backend-options.md', backendOptionsPage());
  pages.set('feature-flags.md', featureFlagsPage());
  pages.set('diagnostics.md', diagnosticsPage());
  pages.set('hooks.md', hooksPage());
  pages.set('README.md', contentsPage(modules, projectRoot));
  return pages;
}

function page(title: string, ...parts: readonly string[]): string {
  return `${[generated, `# ${title}`, ...parts].join('\n\n')}\n`;
}

function modulePage(module: AnyModule, projectRoot: string): string {
  const aliases = registry.find(({ name }) => name === module.name)?.aliases;
  const parts = [headComment(module.name, projectRoot)];
  if (module.notServed)
    parts.push(`**Not served yet:** ${module.notServed}. Its directives are read and checked.`);
  if (aliases) parts.push(`Other names in server.modules: ${aliases.join(', ')}.`);
  const directives = Object.entries(module.directives as DirectiveTable);
  if (directives.length === 0) parts.push('It has no directives.');
  return page(
    module.name,
    ...parts,
    ...directives.map(([key, directive]) => directiveSection(key, directive)),
  );
}

/** What the head comment of a module's file says. */
function headComment(name: string, projectRoot: string): string {
  const text = sourceOf(join(projectRoot, 'src/modules', name));
  const comment = /^\/\*\*(.*?)\*\//s.exec(text)?.[1];
  if (comment === undefined) throw new Error(`${name} has no head comment`);
  return comment.replace(/\s*\n \* ?/g, '\n').trim();
}

function sourceOf(path: string): string {
  try {
    return readFileSync(`${path}.ts`, 'utf8');
  } catch {
    return readFileSync(join(path, 'index.ts'), 'utf8');
  }
}

function backendOptionsPage(): string {
  const intro =
    'What the innermost list of fastcgi.server, scgi.server, proxy.server, ajp13.server, sockproxy.server and wstunnel.server may hold for each backend. Unknown names are warned about.';
  const withdrawn = Object.entries(withdrawnBackendOptions).map(
    ([key, until]) => `- \`${key}\`, last known to lighttpd ${until}`,
  );
  const sections = Object.entries(backendOptions as DirectiveTable).map(([key, option]) =>
    directiveSection(key, option),
  );
  const ours = Object.entries(ownBackendOptions as DirectiveTable).map(([key, option]) =>
    directiveSection(key, option),
  );
  const ownIntro =
    '## Options of our own\n\nLighttpd warns that it does not know the following, and goes on without them: they do not hinder a way back.';
  return page(
    'Backend options',
    intro,
    ...sections,
    ownIntro,
    ...ours,
    '## Withdrawn options',
    withdrawn.join('\n'),
  );
}

function featureFlagsPage(): string {
  const intro =
    'Names that server.feature-flags may hold. Lighttpd passes over names that it does not know, so those of our own do not hinder a way back.';
  const sections = Object.entries(featureFlags).map(([name, flag]) => {
    const effect = flag.honouredBy
      ? `Honoured by ${flag.honouredBy}.`
      : `It has no effect here. ${flag.inert}`;
    const fallback =
      typeof flag.default === 'boolean'
        ? flag.default
          ? '"enable"'
          : '"disable"'
        : JSON.stringify(flag.default);
    const origin = flag.ours ? '- Known to lighttpd: no' : '- Known to lighttpd: yes';
    return [`## ${name}`, `${flag.doc} ${effect}`, `- Default: \`${fallback}\`\n${origin}`].join('\n\n');
  });
  return page('Feature flags', intro, ...sections);
}

function diagnosticsPage(): string {
  const intro =
    'Every problem that is reported has one of these codes. They are never used again for something else.';
  const rows = Object.entries(diagnosticCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return page('Diagnostics', intro, ['| Code | Meaning |', '| --- | --- |', ...rows].join('\n'));
}

const orders = { load: 'in load order', reverse: 'against load order', handler: 'of one module' };

function hooksPage(): string {
  const intro =
    'The steps at which modules are called, in the order of the life of a connection and a request.';
  const rows = Object.entries(hookTable).map(
    ([hook, { lighttpd, order, when, otherResult }]) =>
      `| \`${hook}\` | \`${lighttpd}\` | ${when} | ${orders[order]} | ${otherResult} |`,
  );
  const head = [
    '| Hook | In lighttpd | When | Modules are called | A result other than goOn |',
    '| --- | --- | --- | --- | --- |',
  ];
  return page('Hooks', intro, [...head, ...rows].join('\n'));
}

function contentsPage(modules: readonly AnyModule[], projectRoot: string): string {
  const chapters = [
    '- [The server itself](core.md)',
    '- [Feature flags](feature-flags.md)',
    '- [Backend options](backend-options.md)',
    '- [Diagnostics](diagnostics.md)',
    '- [Hooks](hooks.md)',
  ];
  const rows = modules
    .filter(({ name }) => name !== 'core')
    .map(({ name, notServed }) => {
      const [first] = headComment(name, projectRoot).split(/(?<=\.)\s/);
      return `| [${name}](${name}.md) | ${first.replaceAll('\n', ' ')} | ${notServed ? 'not yet' : 'yes'} |`;
    });
  const table = ['| Module | What it does | Served |', '| --- | --- | --- |', ...rows].join('\n');
  return page('Reference', chapters.join('\n'), table);
}
