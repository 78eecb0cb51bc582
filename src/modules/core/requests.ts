import { bool, int, list, short, string, stringMap } from '../../config/directive.js';
import { type ParseSwitch, readParseSwitches } from './parse-options.js';

/** The Server header; null where none is sent. A line end in it would end the header. */
const readTag = (text: string): string | null => {
  const line = text.replace(/[\r\n]+[ \t]*/g, ' ');
  return line.trim() === '' ? null : line;
};

/** 2 (little buffering) implies 1 (streamed); other bits mean nothing. */
const readStreaming = (value: number): number => (value & 2 ? 2 : value & 1);

/** Bit by bit: how heads are read, what is refused, and how long and how fast a client is served. */
export const requestDirectives = {
  'server.name': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The name of the server for programs and redirects, in place of the one that the client asked for.',
    example: 'server.name = "www.example.org"',
  }),
  'server.tag': string<string | null>({
    scope: 'connection',
    since: '1.4.1',
    entry: readTag,
    doc: 'The value of the Server header. Empty: no such header is sent. Unset: name and version of this server.',
    example: 'server.tag = "web"',
  }),
  'server.protocol-http11': bool({
    scope: 'connection',
    since: '1.4.1',
    default: true,
    doc: 'Answer with HTTP/1.1. Where disabled, requests are treated as HTTP/1.0.',
    example: 'server.protocol-http11 = "enable"',
  }),
  'server.http-parseopts': stringMap<never, readonly ParseSwitch[], readonly ParseSwitch[]>({
    scope: 'server',
    since: '1.4.50',
    default: [],
    build: readParseSwitches,
    doc: 'Switches, by name, for what is refused and what is normalised in the heads and URLs of requests.',
    example: 'server.http-parseopts = ( "url-ctrls-reject" => "enable", "host-strict" => "enable" )',
  }),
  'server.http-parseopt-header-strict': bool({
    scope: 'server',
    since: '1.4.40',
    default: undefined,
    doc: 'The older form of "header-strict" in server.http-parseopts; it wins over that one.',
    example: 'server.http-parseopt-header-strict = "enable"',
  }),
  'server.http-parseopt-host-strict': bool({
    scope: 'server',
    since: '1.4.40',
    default: undefined,
    doc: 'The older form of "host-strict" in server.http-parseopts; it wins over that one.',
    example: 'server.http-parseopt-host-strict = "enable"',
  }),
  'server.http-parseopt-host-normalize': bool({
    scope: 'server',
    since: '1.4.40',
    default: undefined,
    doc: 'The older form of "host-normalize" in server.http-parseopts; it wins over that one.',
    example: 'server.http-parseopt-host-normalize = "enable"',
  }),
  'server.reject-expect-100-with-417': bool({
    scope: 'server',
    since: '1.4.21',
    doc: 'Whether requests with "Expect: 100-continue" are refused.',
    example: 'server.reject-expect-100-with-417 = "disable"',
    inert: 'They are answered with 100 where a body is wanted, as in lighttpd since 1.4.56.',
  }),
  'server.max-request-field-size': short({
    scope: 'server',
    since: '1.4.42',
    default: 8192,
    doc: 'How many bytes the head of a request may have; more are refused with 431.',
    example: 'server.max-request-field-size = 16384',
  }),
  'server.max-request-size': int({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: 'How many kilobytes the body of a request may have; more are refused with 413. 0: any number.',
    example: 'server.max-request-size = 2048',
  }),
  'server.max-keep-alive-requests': short({
    scope: 'connection',
    since: '1.4.1',
    default: 1000,
    doc: 'How many more requests a connection may carry after its first one.',
    example: 'server.max-keep-alive-requests = 100',
  }),
  'server.max-keep-alive-idle': short({
    scope: 'connection',
    since: '1.4.1',
    default: 5,
    doc: 'How many seconds a connection may wait for its next request. 0: it is closed after each answer.',
    example: 'server.max-keep-alive-idle = 10',
  }),
  'server.max-read-idle': short({
    scope: 'connection',
    since: '1.4.1',
    default: 60,
    doc: 'How many seconds a client may pause while it sends a request.',
    example: 'server.max-read-idle = 30',
  }),
  'server.max-write-idle': short({
    scope: 'connection',
    since: '1.4.1',
    default: 360,
    doc: 'How many seconds a client may pause while it takes an answer.',
    example: 'server.max-write-idle = 120',
  }),
  'server.kbytes-per-second': short({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: 'How many kilobytes a second all connections together may be sent. 0: any number.',
    example: 'server.kbytes-per-second = 1024',
  }),
  'connection.kbytes-per-second': short({
    scope: 'connection',
    since: '1.4.1',
    default: 0,
    doc: 'How many kilobytes a second one connection may be sent. 0: any number.',
    example: 'connection.kbytes-per-second = 128',
  }),
  'server.stream-request-body': short({
    scope: 'connection',
    since: '1.4.40',
    entry: readStreaming,
    default: -1,
    doc: 'Whether a program gets the body of a request at once (0), as it arrives (1), or so with little buffering (2).',
    example: 'server.stream-request-body = 2',
  }),
  'server.stream-response-body': short({
    scope: 'connection',
    since: '1.4.40',
    entry: readStreaming,
    default: -1,
    doc: 'Whether a client gets the answer of a program at once (0), as it arrives (1), or so with little buffering (2).',
    example: 'server.stream-response-body = 1',
  }),
  'server.upload-dirs': list({
    scope: 'server',
    since: '1.4.7',
    default: [],
    doc: 'Folders for the bodies of large requests while they arrive. Unset: $TMPDIR, or /var/tmp.',
    example: 'server.upload-dirs = ( "/var/tmp" )',
  }),
  'server.upload-temp-file-size': int({
    scope: 'server',
    since: '1.4.38',
    default: 1048576,
    doc: 'How many bytes of a body go into one temporary file.',
    example: 'server.upload-temp-file-size = 16777216',
    inert: 'One body is one temporary file.',
  }),
  'server.chunkqueue-chunk-sz': int({
    scope: 'server',
    since: '1.4.52',
    default: 8192,
    doc: 'How many bytes a buffer for reading has.',
    example: 'server.chunkqueue-chunk-sz = 16384',
    inert: 'Buffers have sizes of their own here.',
  }),
};
