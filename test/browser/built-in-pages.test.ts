import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startServer, type TestServer } from '../helpers/server.js';

// Listings and the status page, as a visitor sees them; screenshots go to a folder of their own.

const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

suite('pages that the server makes itself', {
  skip: browserPath ? false : 'Chromium is not installed',
}, () => {
  const keptIn = process.env['SCREENSHOTS'];
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), 'screenshots-'));
  const problems: string[] = [];
  let server: TestServer;
  let browser: Browser;
  let page: Page;

  before(async () => {
    server = await startServer(
      [
        'server.modules = ( "mod_status" )',
        'dir-listing.activate = "enable"',
        'dir-listing.encoding = "utf-8"',
        'status.status-url = "/status"',
        'mimetype.assign = ( ".txt" => "text/plain", ".jpg" => "image/jpeg" )',
      ],
      {
        'www/files/b.txt': { text: 'bb', mtime: 1_600_000_000 },
        'www/files/A.jpg': { repeat: ['x', 5000], mtime: 1_650_000_000 },
        'www/files/c10.txt': { text: 'c', mtime: 1_700_000_000 },
        'www/files/c9.txt': { text: 'ccc', mtime: 1_500_000_000 },
        'www/files/übung <1>/x.txt': 'x',
      },
    );
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) problems.push(`from elsewhere: ${request.url()}`);
    });
  });

  after(async () => {
    await browser.close();
    await server.stop();
    if (keptIn === undefined) rmSync(folder, { recursive: true });
  });

  const names = () => page.locator('td.n').allInnerTexts();

  /** In both colour schemes; their backgrounds must differ, and text must stand out from each. */
  async function photograph(name: string): Promise<void> {
    const looks: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = join(folder, `${name}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      assert.ok(statSync(path).size > 5000, `${path} is all but empty`);
      const [text, paper] = await page.evaluate<[string, string]>(
        '(() => { const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]; })()',
      );
      assert.notEqual(text, paper);
      looks.push(text);
    }
    assert.notEqual(looks[0], looks[1]);
  }

  test('a listing is sorted by a click on a heading, and turned round by another', async () => {
    await page.goto(`${server.url}/files/`);
    assert.equal(await page.title(), 'Index of /files/');
    assert.deepEqual(await names(), ['../', 'übung <1>/', 'A.jpg', 'b.txt', 'c10.txt', 'c9.txt']);
    await page.getByRole('link', { name: 'Size' }).click();
    assert.deepEqual((await names()).slice(-3), ['b.txt', 'c9.txt', 'A.jpg']);
    await page.getByRole('link', { name: 'Size' }).click();
    assert.deepEqual((await names()).slice(0, 2), ['../', 'A.jpg']);
    await page.getByRole('link', { name: 'Last Modified' }).click();
    assert.deepEqual((await names()).slice(1, 5), ['c9.txt', 'b.txt', 'A.jpg', 'c10.txt']);
    await page.getByRole('link', { name: 'Name' }).click();
    assert.deepEqual(await names(), ['../', 'übung <1>/', 'A.jpg', 'b.txt', 'c9.txt', 'c10.txt']);
    await photograph('listing');
    assert.deepEqual(problems, []);
  });

  test('a listing sorts itself as its URL says, and its links work', async () => {
    await page.goto(`${server.url}/files/?C=S;O=D`);
    assert.equal((await names())[1], 'A.jpg');
    await page.getByRole('link', { name: 'übung <1>' }).click();
    assert.deepEqual(await names(), ['../', 'x.txt']);
    await page.getByRole('link', { name: '..' }).click();
    assert.equal(page.url(), `${server.url}/files/`);
    assert.deepEqual(problems, []);
  });

  test('the status page sorts its table and draws what the server does', async () => {
    await page.goto(`${server.url}/status`);
    await page.locator('#chart path[d^="M"]').waitFor({ state: 'attached' });
    assert.match(
      (await page.locator('#chart figcaption').textContent()) ?? '',
      /^now [\d.]+ requests a second/,
    );
    assert.ok((await page.locator('table.connections tr').count()) >= 2);
    await page.getByRole('link', { name: 'Time' }).click();
    assert.match((await page.getByRole('link', { name: 'Time' }).textContent()) ?? '', /↓/);
    await photograph('status');
    assert.deepEqual(problems, []);
  });
});
