import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startServer, type TestServer } from '../helpers/server.js';

/** Each script answers below a path of its name. */
const scripts: Readonly<Record<string, string>> = {
  files: `
    local name = "@ROOT@/notes.txt"
    local f = assert(io.open(name, "w")) f:write("one\\n", 2, "\\nthree") f:close()
    f = io.open(name, "a") f:write("!\\n") f:close()
    local lines = {} for line in io.lines(name) do lines[#lines + 1] = line end
    f = io.open(name, "rb")
    local first, number, rest = f:read("l", "n", "*a")
    local at = f:seek("set", 4)
    local two = f:read(2)
    f:close()
    local missing, why = io.open("@ROOT@/nothing/here")
    local closed = pcall(function() return f:read() end)
    lighty.r.resp_body.set(table.concat({ #lines, lines[3], first, number, rest, at, two, tostring(missing), why, tostring(closed) }, "|"))
    return 200`,
  coroutine: `
    local produce = coroutine.wrap(function()
      coroutine.yield(lighty.r.req_attr["uri.path"])
      coroutine.yield(lighty.c.md("md5", "a"))
      for name in pairs(lighty.r.req_attr) do coroutine.yield(name) break end
    end)
    lighty.r.resp_body.set(table.concat({ produce(), produce(), produce() }, "|"))
    return 200`,
  errors: `
    local caught, message = pcall(function() lighty.r.req_attr["nothing"] = 1 end)
    local text, wrong = pcall(lighty.c.md, "md5")
    lighty.r.resp_body.set(table.concat({ tostring(caught), message, tostring(text), wrong }, "|"))
    return 200`,
  endless: 'while true do end',
  body: `
    if not lighty.r.req_body.collect then return 0 end
    lighty.r.resp_body.set(lighty.r.req_body.len .. " " .. #lighty.r.req_body.get .. " " .. lighty.c.md("md5", lighty.r.req_body.get))
    return 200`,
  bytes: `
    lighty.r.resp_header["Content-Type"] = "application/octet-stream"
    lighty.r.resp_body.set(lighty.c.urldec("%ff%80") .. "\\0\\255")
    return 200`,
  large: 'lighty.r.resp_body.set(tostring(3000000000) .. " " .. 2^31 // 1) return 200',
  changing: 'lighty.r.resp_body.set("before") return 200',
};

const config = [
  'server.modules = ( "mod_magnet" )',
  'server.errorlog = "@ROOT@/error.log"',
  'server.max-worker = 1',
  ...Object.keys(scripts).map(
    (name) => `$HTTP["url"] =~ "^/${name}" { magnet.attract-raw-url-to = ( "@ROOT@/lua/${name}.lua" ) }`,
  ),
];

describe('mod_magnet', () => {
  let server: TestServer;
  before(async () => {
    const files = Object.entries(scripts).map(([name, text]) => [`lua/${name}.lua`, text] as const);
    server = await startServer(config, { ...Object.fromEntries(files), 'www/a.txt': 'a\n' });
  });
  after(() => server.stop());

  const bodyOf = async (path: string): Promise<string> => String((await server.get(path)).body);

  it('lets scripts read and write files', async () => {
    const missing = `${server.root}/nothing/here: No such file or directory`;
    assert.equal(await bodyOf('/files'), `3|three!|one|2|three!\n|4|2\n|nil|${missing}|false`);
  });

  it('serves a script that runs in coroutines', async () => {
    assert.equal(await bodyOf('/coroutine'), '/coroutine|0CC175B9C0F1B6A831C399E269772661|physical.path');
  });

  it('gives errors that a script can catch', async () => {
    const wrong = 'lighty.c.md(algo, data): incorrect number of arguments';
    assert.equal(await bodyOf('/errors'), `false|couldn't store 'nothing' in r.req_attr[]|false|${wrong}`);
  });

  it('keeps bytes as they are', async () => {
    assert.deepEqual((await server.get('/bytes')).body, Buffer.from([0xff, 0x80, 0, 0xff]));
  });

  it('has whole numbers of 32 bits, and floats beyond', async () => {
    assert.equal(await bodyOf('/large'), '3000000000.0 2147483648.0');
  });

  it('reads a body that is asked for whole, from a file where it is large', async () => {
    for (const length of [0, 5, 300_000]) {
      const body = 'x'.repeat(length);
      const answer = await fetch(`${server.url}/body`, { method: 'POST', body });
      assert.match(await answer.text(), new RegExp(`^${length} ${length} [0-9A-F]{32}$`));
    }
  });

  it('loads a script again once it has changed', async () => {
    assert.equal(await bodyOf('/changing'), 'before');
    writeFileSync(join(server.root, 'lua/changing.lua'), 'lighty.r.resp_body.set("afterwards") return 200');
    // what a file is, is remembered for the rest of a second
    await wait(1100);
    assert.equal(await bodyOf('/changing'), 'afterwards');
    writeFileSync(join(server.root, 'lua/changing.lua'), 'this is no Lua');
    await wait(1100);
    assert.equal((await server.get('/changing')).status, 500);
  });

  it('ends a script that does not end', async () => {
    const start = performance.now();
    assert.equal((await fetch(`${server.url}/endless`)).status, 500);
    assert.ok(performance.now() - start < 25_000);
    assert.equal((await server.get('/a.txt')).status, 200);
  });
});
