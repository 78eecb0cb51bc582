/**
 * Draws the load of the server into a round-robin database, once a minute. Runs at trigger.
 */

import { type ConfigOf, string } from '../config/directive.js';
import { whyNotExecutable } from '../files/readable-file.js';
import { type CheckContext, defineModule } from '../plugin/define-module.js';

const directives = {
  'rrdtool.binary': string({
    scope: 'server',
    since: '1.4.1',
    default: '/usr/bin/rrdtool',
    entry: (text) => (text === '' ? undefined : text),
    doc: 'The rrdtool program.',
    example: 'rrdtool.binary = "/usr/bin/rrdtool"',
  }),
  'rrdtool.db-name': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The database file. Empty: figures are not recorded.',
    example: 'rrdtool.db-name = ""',
  }),
};

export const modRrdtool = defineModule({
  name: 'mod_rrdtool',
  directives,
  notServed: 'figures are not recorded yet',
  check: checkBinary,
});

/** The program is needed once any database is named. */
function checkBinary({ settings, diagnostics, originOf }: CheckContext<ConfigOf<typeof directives>>): void {
  const { base, layers } = settings;
  if (!base['rrdtool.db-name'] && !layers.some(({ values }) => values['rrdtool.db-name'])) return;
  const binary = base['rrdtool.binary'];
  const problem = whyNotExecutable(binary);
  if (problem === null) return;
  const detail = 'Install rrdtool, or name the program.';
  diagnostics.error(
    'invalid-value',
    originOf('rrdtool.binary'),
    `rrdtool.binary ${binary}: ${problem}`,
    detail,
  );
}
