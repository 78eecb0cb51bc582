import type { ErrorLog } from '../log/error-log.js';
import { type Logs, openErrorLog, openSyslogErrorLog } from '../log/logs.js';
import type { ErrorLogFormat } from '../log/pino-error-log.js';
import type { FeatureFlags } from '../plugin/feature-flags.js';
import type { ServerSettings } from '../plugin/server-settings.js';

export function errorLogFormat(features: FeatureFlags): ErrorLogFormat {
  return {
    json: features.text('server.errorlog-format', '') === 'json',
    highPrecision: features.bool('server.errorlog-high-precision', false),
    utf8: features.bool('server.errorlog-utf8', false),
  };
}

/** The error log of the global scope: syslog, a file, a program, or standard error. */
export function mainErrorLog(
  server: Pick<ServerSettings, 'errorlog' | 'errorlogUseSyslog'>,
  features: FeatureFlags,
  logs: Logs,
): ErrorLog {
  const format = errorLogFormat(features);
  if (server.errorlogUseSyslog) return openSyslogErrorLog(logs, format);
  return openErrorLog(logs, server.errorlog ?? '/dev/stderr', format);
}
