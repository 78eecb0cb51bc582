import type { LoadedSettings } from '../../config/load-settings.js';
import { ModuleSettings } from '../../config/patch.js';
import { ParseOption, readParseOptions } from '../../http/parse-options.js';
import type { CoreEnvironment, CoreSettings } from '../../plugin/core-settings.js';
import type { CoreDirectives } from './index.js';

/** The settings that hold for requests, by condition. */
export function coreSettings(
  loaded: LoadedSettings<CoreDirectives>,
  environment: CoreEnvironment,
): ModuleSettings<CoreDirectives, CoreSettings> {
  return new ModuleSettings(loaded.base, loaded.layers, (raw) =>
    deriveCoreSettings(raw, loaded.base, environment),
  );
}

/** `base` holds the global values, which some settings take whatever the conditions say. */
export function deriveCoreSettings(
  raw: CoreDirectives,
  base: CoreDirectives,
  environment: CoreEnvironment,
): CoreSettings {
  const tag = raw['server.tag'];
  const uploadDirs = base['server.upload-dirs'];
  const parseOptions = deriveParseOptions(base);
  return {
    documentRoot: raw['server.document-root'],
    serverName: raw['server.name'],
    serverTag: tag === undefined ? environment.defaultTag : tag,
    mimeTypes: raw['mimetype.assign'],
    maxRequestSize: raw['server.max-request-size'],
    maxKeepAliveRequests: raw['server.max-keep-alive-requests'],
    maxKeepAliveIdle: raw['server.max-keep-alive-idle'],
    maxReadIdle: raw['server.max-read-idle'],
    maxWriteIdle: raw['server.max-write-idle'],
    streamRequestBody: raw['server.stream-request-body'],
    streamResponseBody: raw['server.stream-response-body'],
    parseOptions,
    headerStrict: (parseOptions & ParseOption.headerStrict) !== 0,
    maxRequestFieldSize: base['server.max-request-field-size'],
    pathInfo: base['server.feature-flags'].bool('server.http-pathinfo', true),
    protocolHttp11: raw['server.protocol-http11'],
    rangeRequests: raw['server.range-requests'],
    followSymlink: raw['server.follow-symlink'],
    etagUseInode: raw['etag.use-inode'],
    etagUseMtime: raw['etag.use-mtime'],
    etagUseSize: raw['etag.use-size'],
    useXattr: raw['mimetype.use-xattr'],
    forceLowercaseFilenames:
      raw['server.force-lowercase-filenames'] ??
      raw['server.force-lower-case-files'] ??
      environment.ignoresCase,
    errorIntercept: raw['server.error-intercept'],
    connectionBytesPerSecond: raw['connection.kbytes-per-second'] * 1024,
    serverBytesPerSecond: raw['server.kbytes-per-second'] * 1024,
    errorHandler: raw['server.error-handler'] || null,
    errorHandler404: raw['server.error-handler-404'] || null,
    errorfilePrefix: raw['server.errorfile-prefix'] || null,
    errorLog: environment.errorLog(raw['server.errorlog']),
    breakageLog: environment.breakageLog(raw['server.breakagelog']),
    uploadDirs: uploadDirs.length > 0 ? uploadDirs : environment.defaultUploadDirs,
    ...deriveDebugSettings(raw, base),
  };
}

function deriveDebugSettings(raw: CoreDirectives, base: CoreDirectives) {
  return {
    logRequestHandling: raw['debug.log-request-handling'],
    logStateHandling: raw['debug.log-state-handling'],
    logConditionHandling: raw['debug.log-condition-handling'],
    logResponseHeader: raw['debug.log-response-header'],
    logRequestHeader: raw['debug.log-request-header'],
    logRequestHeaderOnError:
      base['debug.log-request-header-on-error'] ||
      base['debug.log-request-handling'] ||
      base['debug.log-request-header'],
    logFileNotFound: raw['debug.log-file-not-found'],
    logTimeouts: raw['debug.log-timeouts'],
  };
}

/** The older directives win over `server.http-parseopts`. */
export function deriveParseOptions(base: CoreDirectives): number {
  const switches = [...base['server.http-parseopts']];
  for (const key of ['header-strict', 'host-strict', 'host-normalize'] as const) {
    const older = base[`server.http-parseopt-${key}`];
    if (older !== undefined) switches.push([key, older]);
  }
  return readParseOptions(switches);
}
