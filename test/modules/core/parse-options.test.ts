import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsLoader } from '../../../src/config/load-settings.js';
import { DiagnosticList } from '../../../src/diagnostics/diagnostic.js';
import { defaultParseOptions, ParseOption } from '../../../src/http/parse-options.js';
import { deriveCoreSettings } from '../../../src/modules/core/core-settings.js';
import { core } from '../../../src/modules/core/index.js';
import type { PlainBlock } from '../../config/tree-of.js';
import { treeOf } from '../../config/tree-of.js';

function parseOptions(settings: PlainBlock['settings']): number | string[] {
  const diagnostics = new DiagnosticList();
  const { base } = new SettingsLoader(treeOf({ settings }), diagnostics).load(core.directives);
  if (diagnostics.hasErrors) return diagnostics.items.map(({ summary }) => summary);
  const log = {} as never;
  const environment = {
    defaultTag: '',
    defaultUploadDirs: [],
    ignoresCase: false,
    errorLog: () => log,
    breakageLog: () => null,
  };
  return deriveCoreSettings(base, base, environment).parseOptions;
}
const opts = (options: Record<string, string>) => parseOptions({ 'server.http-parseopts': options });

test('unset: strict heads and hosts, and normalised URLs', () => {
  assert.equal(parseOptions({}), defaultParseOptions);
});

test('options are added to and taken from the defaults', () => {
  assert.equal(
    opts({ 'url-path-2f-reject': 'enable' }),
    defaultParseOptions | ParseOption.urlNormalizePath2fReject,
  );
  assert.equal(
    opts({ 'url-ctrls-reject': 'disable' }),
    defaultParseOptions & ~ParseOption.urlNormalizeCtrlsReject,
  );
});

test('url-normalize switched off beats all other URL options', () => {
  const strict = ParseOption.headerStrict | ParseOption.hostStrict | ParseOption.hostNormalize;
  assert.equal(opts({ 'url-normalize': 'disable', 'url-path-2f-reject': 'enable' }), strict);
});

test('without either way of decoding, unreserved characters are decoded after all', () => {
  assert.equal(opts({ 'url-normalize-unreserved': 'disable' }), defaultParseOptions);
});

test('the older directives win, and a strict host is a normalised one', () => {
  const lax = parseOptions({
    'server.http-parseopts': { 'header-strict': 'enable' },
    'server.http-parseopt-header-strict': 'disable',
    'server.http-parseopt-host-strict': 'disable',
  }) as number;
  assert.equal(lax & (ParseOption.headerStrict | ParseOption.hostStrict | ParseOption.hostNormalize), 0);
});

test('unknown names and values are refused', () => {
  assert.deepEqual(opts({ nosuch: 'enable', constructor: 'enable' }), [
    'server.http-parseopts has no option nosuch',
    'server.http-parseopts has no option constructor',
  ]);
  assert.equal((opts({ 'header-strict': 'maybe' }) as string[]).length, 1);
});
