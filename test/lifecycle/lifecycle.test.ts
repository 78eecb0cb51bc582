import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resetRequest } from '../../src/lifecycle/finish.js';
import { Lifecycle } from '../../src/lifecycle/lifecycle.js';
import { buildSlots } from '../../src/lifecycle/slots.js';
import { type AnyModule, defineModule } from '../../src/plugin/define-module.js';
import { HandlerResult } from '../../src/plugin/handler-result.js';
import type { LoadedModule } from '../../src/plugin/loaded-module.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { ModuleRun } from '../helpers/run-module.js';

const { goOn, finished, comeback, error } = HandlerResult;

function load(definitions: readonly AnyModule[]): LoadedModule[] {
  return definitions.map((definition, index) => ({
    definition,
    index,
    settings: { base: {}, layers: [], select: () => ({}) },
    state: undefined,
  }));
}

/** A module that notes in `calls` when it is called, and answers as told. */
function noting(
  name: string,
  calls: string[],
  result: () => HandlerResult | Promise<HandlerResult> = () => goOn,
) {
  const hook = (slot: string) => () => {
    calls.push(`${name} ${slot}`);
    return result();
  };
  return defineModule({ name, directives: {}, hooks: { uriRaw: hook('raw'), uriClean: hook('clean') } });
}

function makeRequest(): RequestState {
  const run = new ModuleRun(defineModule({ name: 'none', directives: {} }), [{ settings: {} }] as never);
  return run.request('/x');
}

function run(definitions: readonly AnyModule[], request = makeRequest()) {
  const modules = load(definitions);
  const lifecycle = new Lifecycle(buildSlots(modules), modules);
  // the steps around the modules' own are tested over the wire
  Object.assign(lifecycle, {
    steps: [...lifecycle.slots.uriRaw, ...lifecycle.slots.uriClean, () => finished],
  });
  request.conf = { ...request.conf, errorIntercept: false, rangeRequests: false } as never;
  return { outcome: lifecycle.handle(request), request };
}

test('all uri-raw handlers come before the first uri-clean handler, each in load order', () => {
  const calls: string[] = [];
  const { outcome } = run([noting('a', calls), noting('b', calls)]);
  assert.equal(outcome, true);
  assert.deepEqual(calls, ['a raw', 'b raw', 'a clean', 'b clean']);
});

test('a handler that finishes ends the search', () => {
  const calls: string[] = [];
  const { request } = run([noting('a', calls, () => finished), noting('b', calls)]);
  assert.deepEqual(calls, ['a raw']);
  assert.equal(request.status, 200);
});

test('an error gives the connection up', () => {
  assert.equal(run([noting('a', [], () => error)]).outcome, false);
});

test('endless restarts are given up', () => {
  const calls: string[] = [];
  const request = makeRequest();
  // (a path on disk lets the request go on where it stood)
  request.physical.path = '/www/x';
  const logged: string[] = [];
  request.conf = { errorLog: { error: (_: string, text: string) => logged.push(text) } } as never;
  assert.equal(run([noting('a', calls, () => comeback)], request).outcome, false);
  assert.equal(calls.length, 251);
  assert.match(logged.join(), /too many restarts/);
});

test('a promise is awaited, and the steps go on behind it', async () => {
  const calls: string[] = [];
  const { outcome } = run([noting('a', calls, () => Promise.resolve(goOn)), noting('b', calls)]);
  assert.ok(outcome instanceof Promise);
  assert.equal(await outcome, true);
  assert.deepEqual(calls, ['a raw', 'b raw', 'a clean', 'b clean']);
});

for (const [how, fail] of [
  ['throws', () => assert.fail('broken')],
  ['rejects', () => Promise.reject(new Error('broken'))],
] as const) {
  test(`a handler that ${how} costs its request a 500`, async () => {
    const request = makeRequest();
    const logged: string[] = [];
    request.conf = { errorLog: { error: (_: string, text: string) => logged.push(text) } } as never;
    assert.equal(await run([noting('a', [], fail)], request).outcome, true);
    assert.equal(request.status, 500);
    assert.match(logged.join(), /broken/);
  });
}

test('a module none of whose settings is used has no slots', () => {
  const idle = defineModule({ ...noting('idle', []), isUsed: () => false });
  assert.equal(buildSlots(load([idle])).uriRaw.length, 0);
});

test('a request outside of the blocks that use a module passes its hooks by, unless it sees every request', () => {
  const calls: string[] = [];
  const base = {};
  const inBlock = { on: true };
  let held: object = base;
  const settings = { base, layers: [{ block: 1, values: inBlock }], select: () => held };
  const isUsed = (config: object): boolean => 'on' in config;
  const modules = [
    defineModule({ ...noting('idle', calls), isUsed }),
    defineModule({ ...noting('keeper', calls), isUsed, seesEveryRequest: true }),
  ].map((definition, index) => ({ definition, index, settings, state: undefined }) as LoadedModule);
  const { uriRaw } = buildSlots(modules);
  for (const step of uriRaw) assert.equal(step(makeRequest()), goOn);
  held = inBlock;
  for (const step of uriRaw) step(makeRequest());
  assert.deepEqual(calls, ['keeper raw', 'idle raw', 'keeper raw']);
});

test('what modules keep of a request is forgotten behind their last notice', () => {
  const seen: unknown[] = [];
  const module = defineModule({
    name: 'keeper',
    directives: {},
    hooks: { requestReset: ({ moduleData }) => void seen.push(moduleData[0]) },
  });
  const request = makeRequest();
  request.moduleData[0] = 'kept';
  resetRequest(request, buildSlots(load([module])));
  assert.deepEqual([seen, request.moduleData], [['kept'], [undefined]]);
});

test('reset and close notices come in reverse load order', () => {
  const calls: string[] = [];
  const note = (name: string) =>
    defineModule({ name, directives: {}, hooks: { requestReset: () => void calls.push(name) } });
  for (const notice of buildSlots(load([note('a'), note('b')])).requestReset) notice(makeRequest());
  assert.deepEqual(calls, ['b', 'a']);
});
