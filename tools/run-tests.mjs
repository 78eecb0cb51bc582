#!/usr/bin/env node
// Runs the compiled tests under dist/test (or the files and folders named on the command line), prints
// a line for each file and each failure in full, and closes with `N passed, N failed[, N skipped]`.
//
//   node tools/run-tests.mjs [--jobs N] [--timeout SECONDS] [dist/test/http dist/test/repo/sizes.test.js ...]
//
// Exit status: 0 all passed, 1 a test failed or none was found, 2 wrong arguments.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect, parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const { values, positionals } = readArguments();
const files = positionals.flatMap(testFilesBelow).sort();
if (files.length === 0) {
  console.error('No compiled tests found: run `npm run build` first.');
  process.exit(1);
}

const tally = { passed: 0, failed: 0, skipped: 0 };
const perFile = new Map(files.map((file) => [file, { passed: 0, failed: 0, skipped: 0 }]));

await runFiles(
  files.filter((file) => !needsQuiet(file)),
  Number(values.jobs),
);
await runFiles(files.filter(needsQuiet), 1);
finish();

/** Tests that measure how long a client waits run by themselves, once all others are through. */
function needsQuiet(file) {
  return file.includes('/hostile/');
}

function runFiles(some, concurrency) {
  if (some.length === 0) return Promise.resolve();
  const stream = run({ files: some, concurrency, timeout: Number(values.timeout) * 1000 });
  stream.on('test:pass', (test) => {
    if (isFile(test)) reportEmptyFile(test);
    else count(test, test.skip !== undefined ? 'skipped' : 'passed');
  });
  stream.on('test:fail', (test) => {
    // a test that is known to fail says why in `todo`; it is shown, and counts as skipped
    if (count(test, test.todo === undefined ? 'failed' : 'skipped')) printFailure(test);
  });
  stream.on('test:stderr', (event) => process.stderr.write(event.message));
  return new Promise((resolve) => stream.on('end', resolve).resume());
}

function readArguments() {
  const options = {
    jobs: { type: 'string', default: String(Math.max(2, availableParallelism())) },
    timeout: { type: 'string', default: '900' },
  };
  try {
    const parsed = parseArgs({ options, allowPositionals: true });
    if (parsed.positionals.length === 0) parsed.positionals.push('dist/test');
    return parsed;
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

function testFilesBelow(path) {
  const full = resolve(path);
  if (!existsSync(full)) {
    console.error(`No such file or folder: ${path}`);
    process.exit(2);
  }
  if (!statSync(full).isDirectory()) return [full];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(full, name))
    .filter(hasSource);
}

/** A compiled test stays behind in dist/ when its source is removed or renamed; such a one is not run. */
function hasSource(file) {
  const source = relative(join(root, 'dist'), file).replace(/\.js$/, '.ts');
  return source.startsWith('..') || existsSync(join(root, source));
}

/** Node reports a file that holds no test as one that passed. */
function isFile(test) {
  return test.nesting === 0 && resolve(test.name) === test.file;
}

function reportEmptyFile(test) {
  tally.failed += 1;
  perFile.get(test.file).failed += 1;
  console.log(`\nFAILED ${relative(root, test.file)} holds no test`);
}

/** Adds a test to the tally; groups only hold tests and count where they fail by themselves. */
function count(test, outcome) {
  const isGroup = test.details.type === 'suite';
  const ownFailure = outcome === 'failed' && test.details.error?.failureType !== 'subtestsFailed';
  if (isGroup ? !ownFailure : outcome === 'failed' && !ownFailure) return false;
  tally[outcome] += 1;
  const ofFile = perFile.get(test.file);
  if (ofFile) ofFile[outcome] += 1;
  return true;
}

function printFailure(test) {
  const error = test.details.error;
  const where = test.file ? relative(root, test.file) : '';
  console.log(
    `\n${test.todo === undefined ? 'FAILED' : 'KNOWN TO FAIL'} ${where}${test.line ? `:${test.line}` : ''} ${test.name}`,
  );
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  const lines = text.split('\n').filter((line) => !/^\s+at .*node:internal/.test(line));
  console.log(lines.map((line) => `    ${line}`).join('\n'));
}

function finish() {
  console.log('');
  for (const [file, { passed, failed, skipped }] of perFile) {
    const mark = failed > 0 ? 'FAILED' : 'ok    ';
    const rest = (failed > 0 ? `, ${failed} failed` : '') + (skipped > 0 ? `, ${skipped} skipped` : '');
    console.log(`${mark} ${relative(root, file)}: ${passed} passed${rest}`);
  }
  console.log('');
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
