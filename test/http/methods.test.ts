import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isGetHeadOrQuery,
  isGetHeadQueryOrPost,
  isGetOrHead,
  isKnownMethod,
  knownMethods,
} from '../../src/http/methods.js';

test('the table holds 39 methods; others, PRI among them, are not known', () => {
  assert.equal(knownMethods.size, 39);
  for (const method of ['GET', 'QUERY', 'PATCH', 'VERSION-CONTROL', 'BASELINE-CONTROL'])
    assert.ok(isKnownMethod(method), method);
  for (const method of ['PRI', 'get', 'BREW', '', 'GETS', 'M-SEARCH'])
    assert.ok(!isKnownMethod(method), method);
});

test('families of methods', () => {
  const members = (isMember: (method: string) => boolean) => [...knownMethods].filter(isMember);
  assert.deepEqual(members(isGetOrHead), ['GET', 'HEAD']);
  assert.deepEqual(members(isGetHeadOrQuery), ['GET', 'HEAD', 'QUERY']);
  assert.deepEqual(members(isGetHeadQueryOrPost), ['GET', 'HEAD', 'QUERY', 'POST']);
});
