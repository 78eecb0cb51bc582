import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestState } from '../../src/plugin/request-state.js';
import { RuleTemplate } from '../../src/plugin/rule-template.js';

const request = {
  uri: { scheme: 'https', authority: 'a.example:8443', path: '/p q', query: 'x=1' },
  target: '/p%20q?x=1',
  serverName: 'named',
  connection: { listenSocket: { port: 443 } },
} as unknown as RequestState;

function fill(
  template: string,
  rule: string[] = [],
  condition: string[] | null = null,
  over: object = {},
): string {
  return new RuleTemplate(template).fill(Object.assign(Object.create(request), over), rule, condition);
}

describe('a target', () => {
  const groups = ['whole', 'A b/%2f', 'two', '', '', '', '', '', '', '', 'ten'];
  const cases: readonly (readonly [template: string, result: string])[] = [
    ['/$1', '/A b/%2f'],
    ['/$10', '/A b/%2f0'],
    ['/${10}', '/ten'],
    ['/${1}', '/A%20b/%2f'],
    ['/${esc:1}', '/A%20b%2F%252f'],
    ['/${escnde:1}', '/A%20b%2F%2f'],
    ['/${noesc:toupper:1}', '/A B/%2f'],
    ['/${toupper:esc:encb64u:2}', '/TWO'],
    ['/${encb64u:tolower:2}', '/dhdv'],
    ['/${tolower:1}', '/'],
    ['/${tolower:1}${2}', '/two'],
    ['/${escfoo:2}', '/two'],
    ['/${escfoo}a:2}', '/two'],
    ['/${escfoo}', '/'],
    ['/${zz2zz}', '/two'],
    ['/a${1', '/a'],
    ['/a${}b', '/ab'],
    ['/$9$x%%%x$$ $', '/$x%%x$ $'],
    ['%0-%1-%{2}', 'host--'],
    ['${url.scheme}://${url.authority}${url.path}', 'https://a.example:8443/p%20q'],
    ['${url.authority.noport}:${url.port}', 'a.example:443'],
    ['[${url.query}][${url.other}][${toupper:url.path}]', '[x=1][][]'],
    ['/t${qsa}', '/t?x=1'],
    ['/t?a${qsa}%{qsa}', '/t?a&x=1&x=1'],
  ];
  for (const [template, result] of cases)
    it(`${template} gives ${result}`, () => assert.equal(fill(template, groups, ['host', '']), result));

  it('adds a question mark for an empty query, and nothing where there is none', () => {
    const uri = { ...request.uri, query: '' };
    assert.equal(fill('/t${qsa}', [], null, { uri, target: '/p?' }), '/t?');
    assert.equal(fill('/t${qsa}', [], null, { uri, target: '/p' }), '/t');
  });

  it('takes the name of the server where no host was asked for', () => {
    assert.equal(fill('${url.authority}', [], null, { uri: { ...request.uri, authority: '' } }), 'named');
  });

  it('knows whether it uses groups of the condition', () => {
    const used = ['%1', 'a%%%1', '%{url.path}', '%{1}'].map((text) => new RuleTemplate(text).usesCondition);
    assert.deepEqual(used, [true, true, true, true]);
    const unused = ['$1', '%%1', 'a%', '%a', '100%%'].map((text) => new RuleTemplate(text).usesCondition);
    assert.deepEqual(unused, [false, false, false, false, false]);
  });
});
