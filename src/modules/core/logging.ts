import { bool, string } from '../../config/directive.js';

/** An empty name counts as not set: what holds outside of the condition goes on. */
const namedLog = (text: string): string | undefined => (text === '' ? undefined : text);

/** The server's own logs, and what goes into them. */
export const loggingDirectives = {
  'server.errorlog': string({
    scope: 'connection',
    since: '1.4.1',
    entry: namedLog,
    doc: 'The file for messages of the server, or "|" and a program that reads them. Unset: standard error.',
    example: 'server.errorlog = "/var/log/lighttpd/error.log"',
  }),
  'server.errorlog-use-syslog': bool({
    scope: 'server',
    since: '1.4.1',
    doc: 'Send messages of the server to syslog; server.errorlog of the global scope is not opened.',
    example: 'server.errorlog-use-syslog = "enable"',
  }),
  'server.syslog-facility': string({
    scope: 'server',
    since: '1.4.46',
    default: '',
    doc: 'The facility for syslog, such as "daemon" or "local0". Unset or unknown: "daemon".',
    example: 'server.syslog-facility = "local0"',
  }),
  'server.breakagelog': string({
    scope: 'connection',
    since: '1.4.24',
    entry: namedLog,
    doc: 'The file, or "|" and a program, for what CGI and other started programs write to standard error.',
    example: 'server.breakagelog = "/var/log/lighttpd/breakage.log"',
  }),
  'debug.log-request-header': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log the head of each request.',
    example: 'debug.log-request-header = "enable"',
  }),
  'debug.log-request-header-on-error': bool({
    scope: 'server',
    since: '1.4.1',
    doc: 'Log the head of each request that cannot be understood.',
    example: 'debug.log-request-header-on-error = "enable"',
  }),
  'debug.log-response-header': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log the head of each answer.',
    example: 'debug.log-response-header = "enable"',
  }),
  'debug.log-request-handling': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log each step that a request takes through the server.',
    example: 'debug.log-request-handling = "enable"',
  }),
  'debug.log-condition-handling': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log the result of each condition that is asked for a request.',
    example: 'debug.log-condition-handling = "enable"',
  }),
  'debug.log-state-handling': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log each state that a connection enters.',
    example: 'debug.log-state-handling = "enable"',
  }),
  'debug.log-file-not-found': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Log each path on disk that was asked for and does not exist.',
    example: 'debug.log-file-not-found = "enable"',
  }),
  'debug.log-timeouts': bool({
    scope: 'connection',
    since: '1.4.21',
    doc: 'Log each connection that is closed because its time is over.',
    example: 'debug.log-timeouts = "enable"',
  }),
};
