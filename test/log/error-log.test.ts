import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogWriter } from '../../src/log/log-writer.js';
import { type Logs, openErrorLog, openSyslogErrorLog, writeLines } from '../../src/log/logs.js';

const plain = { json: false, highPrecision: false, utf8: false };

/** Logs in memory: what has been flushed, by name. */
function memoryLogs(): { logs: Logs; sent: Record<string, string> } {
  const sent: Record<string, string> = {};
  const writer = (name: string): LogWriter => {
    let waiting = '';
    return {
      fileDescriptor: -1,
      write: (lines) => {
        waiting += lines;
      },
      flush: () => {
        sent[name] = (sent[name] ?? '') + waiting;
        waiting = '';
      },
    };
  };
  return { logs: { open: writer, syslog: (level) => writer(`syslog${level}`) }, sent };
}

test('a message is a line in the form of lighttpd, written at once', () => {
  const { logs, sent } = memoryLogs();
  openErrorLog(logs, 'e', plain).error('mod_auth.c.828', "password doesn't match for %s\n100%");
  assert.match(
    sent['e'],
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: \(mod_auth\.c\.828\) password doesn't match for %s\\n100%\n$/,
  );
});

test('high precision adds nanoseconds', () => {
  const { logs, sent } = memoryLogs();
  openErrorLog(logs, 'e', { ...plain, highPrecision: true }).info('server.c.1', 'x');
  assert.match(sent['e'], /^[\d-]{10} [\d:]{8}\.\d{9}: \(server\.c\.1\) x\n$/);
});

test('JSON holds level, place and the text behind the bytes', () => {
  const { logs, sent } = memoryLogs();
  const log = openErrorLog(logs, 'e', { ...plain, json: true });
  log.write('notice', 'a.c.1', Buffer.from('é\n', 'utf8').toString('latin1'));
  const { time, pid, ...rest } = JSON.parse(Buffer.from(sent['e'], 'latin1').toString('utf8'));
  assert.deepEqual(rest, { level: 'notice', place: 'a.c.1', msg: 'é\n' });
  assert.equal(pid, process.pid);
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 5000);
});

test('syslog gets its levels and no time', () => {
  const { logs, sent } = memoryLogs();
  const log = openSyslogErrorLog(logs, plain);
  log.error('a.c.1', 'bad');
  log.debug('a.c.2', 'small');
  assert.deepEqual(sent, { syslog3: '(a.c.1) bad\n', syslog7: '(a.c.2) small\n' });
});

test('each line of a longer text is a line of the log', () => {
  const { logs, sent } = memoryLogs();
  writeLines(openErrorLog(logs, 'e', plain), 'error', 'gw.c.1', 'one\r\n\ntwo\n', 'stderr: ');
  assert.deepEqual(
    sent['e'].split('\n').map((line) => line.slice(21)),
    ['(gw.c.1) stderr: one', '(gw.c.1) stderr: ', '(gw.c.1) stderr: two', ''],
  );
});
