/** The facilities of syslog.conf(5). */
const facilities: readonly string[] = [
  ...[
    'auth',
    'authpriv',
    'cron',
    'daemon',
    'ftp',
    'kern',
    'lpr',
    'mail',
    'news',
    'security',
    'syslog',
    'user',
  ],
  ...['uucp', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];

export function isFacility(name: string): boolean {
  return facilities.includes(name);
}

const levelNames = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

/**
 * The command that hands lines of its input to the system log at one priority. util-linux cuts lines at 1 KiB unless
 * told otherwise, and other kinds of `logger` do not know how to be told: they are tried next, with the same input.
 */
export function syslogCommand(facility: string, level: number, pid: number): string {
  // `security` is the old name of `auth`, which logger warns about
  const name = facility === 'security' ? 'auth' : facility;
  const options = `-t 'lighttpd[${pid}]' -p ${name}.${levelNames[level & 7]}`;
  return `logger -S 65536 ${options} || exec logger ${options}`;
}
