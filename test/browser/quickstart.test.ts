import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { accepts, freePort } from '../helpers/ports.js';
import { type Program, serverCommand, startProgram, stopProgram } from '../helpers/programs.js';
import { projectRoot } from '../helpers/project-root.js';

// The sample site as `npm start` serves it (on a free port), as a visitor sees it.

const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

suite('the sample site in a browser', { skip: browserPath ? false : 'Chromium is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  const visit: { server?: Program; browser?: Browser; page?: Page; url: string; problems: string[] } = {
    url: '',
    problems: [],
  };

  before(async () => {
    const port = await freePort();
    visit.url = `http://127.0.0.1:${port}`;
    const config = readFileSync(`${projectRoot}fixtures/quickstart/lighttpd.conf`, 'utf8');
    assert.match(config, /= 8080$/m);
    writeFileSync(join(folder, 'lighttpd.conf'), config.replace(/= 8080$/m, `= ${port}`));
    visit.server = startProgram([...serverCommand, '-D', '-f', join(folder, 'lighttpd.conf')], {
      cwd: projectRoot,
    });
    assert.ok(await accepts(port, '127.0.0.1', visit.server.hasEnded), visit.server.output());
    visit.browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
    visit.page = await visit.browser.newPage();
    visit.page.on('pageerror', (error) => visit.problems.push(String(error)));
    visit.page.on('requestfailed', (request) => visit.problems.push(`failed: ${request.url()}`));
    visit.page.on('response', (response) => {
      if (response.status() >= 400) visit.problems.push(`${response.status()}: ${response.url()}`);
    });
  });

  after(async () => {
    await visit.browser?.close();
    if (visit.server) await stopProgram(visit.server);
    rmSync(folder, { recursive: true });
  });

  /** Opens a path, and gives the page with what the server said of it. */
  async function open(path: string) {
    const { page, url, problems } = visit;
    assert.ok(page);
    problems.length = 0;
    const response = await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
    assert.ok(response);
    return { page, response, status: response.status(), title: await page.title() };
  }

  test('the page comes with its style and its images', async () => {
    const { page, status, title } = await open('/');
    assert.equal(status, 200);
    assert.equal(title, 'lighttpd-ts is running');
    const display = await page.evaluate<string>('getComputedStyle(document.querySelector("header")).display');
    assert.equal(display, 'grid');
    const widths = await page.evaluate<number[]>('[...document.images].map((image) => image.naturalWidth)');
    assert.equal(widths.length, 2);
    assert.ok(
      widths.every((width) => width > 0),
      `widths: ${widths}`,
    );
    assert.deepEqual(visit.problems, []);
  });

  test('an image has its type, and its condition gives it a Cache-Control', async () => {
    const { response, status } = await open('/images/dusk.png');
    const headers = response.headers();
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'image/png');
    assert.equal(headers['cache-control'], 'max-age=86400');
  });

  test('a missing page is a 404 with the page of the site', async () => {
    const { status, title } = await open('/nowhere');
    assert.equal(status, 404);
    assert.equal(title, 'Lost at sea');
    assert.deepEqual(visit.problems, [`404: ${visit.url}/nowhere`]);
  });

  test('a folder without its slash leads to its index page', async () => {
    const { page, status, title } = await open('/guide');
    assert.equal(status, 200);
    assert.equal(page.url(), `${visit.url}/guide/`);
    assert.equal(title, 'From a lighttpd.conf to a site');
  });

  test('a folder without an index page is listed where a condition says so', async () => {
    const { page, status } = await open('/downloads/');
    assert.equal(status, 200);
    await page.getByRole('link', { name: 'tides.txt' }).click();
    assert.match(await page.locator('body').innerText(), /^High water at noon/);
    assert.equal((await open('/images/')).status, 403);
  });
});
