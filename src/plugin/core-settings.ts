import type { ErrorLog } from '../log/error-log.js';
import type { LogWriter } from '../log/log-writer.js';

/** The settings of the server itself that hold for a request (lighttpd's `request_config`), ready for use. */
export interface CoreSettings {
  readonly documentRoot: string;
  /** Empty where requests keep the name they asked for. */
  readonly serverName: string;
  /** Null where no Server header is sent. */
  readonly serverTag: string | null;
  readonly mimeTypes: MimeTypes;
  /** KiB; 0: no limit. */
  readonly maxRequestSize: number;
  readonly maxKeepAliveRequests: number;
  /** Seconds; 0 closes after each answer. */
  readonly maxKeepAliveIdle: number;
  readonly maxReadIdle: number;
  readonly maxWriteIdle: number;
  /**
   * 1: streamed. 2: streamed with little buffering. 0: the whole body is read first, because the file says so; -1:
   * the same, by default (then a message's `Incremental: ?1` may ask for streaming).
   */
  readonly streamRequestBody: number;
  readonly streamResponseBody: number;
  /** Bits of `ParseOption` (http/parse-options.ts); a setting of the whole server. */
  readonly parseOptions: number;
  /** Bytes that the head of a request may have; a setting of the whole server. */
  readonly maxRequestFieldSize: number;
  /** Is a URL path split where a file has a path below it? The feature flag `server.http-pathinfo`. */
  readonly pathInfo: boolean;
  /** `header-strict` of server.http-parseopts, a setting of the whole server: for heads that backends send. */
  readonly headerStrict: boolean;
  readonly protocolHttp11: boolean;
  readonly rangeRequests: boolean;
  readonly followSymlink: boolean;
  readonly etagUseInode: boolean;
  readonly etagUseMtime: boolean;
  readonly etagUseSize: boolean;
  readonly useXattr: boolean;
  readonly forceLowercaseFilenames: boolean;
  readonly errorIntercept: boolean;
  /** Bytes a second; 0: no limit. */
  readonly connectionBytesPerSecond: number;
  readonly serverBytesPerSecond: number;
  readonly errorHandler: string | null;
  readonly errorHandler404: string | null;
  readonly errorfilePrefix: string | null;
  readonly errorLog: ErrorLog;
  /** Where the standard error of programs goes, as it comes; null: to the server's own. */
  readonly breakageLog: LogWriter | null;
  readonly uploadDirs: readonly string[];
  readonly logRequestHandling: boolean;
  readonly logStateHandling: boolean;
  readonly logConditionHandling: boolean;
  readonly logResponseHeader: boolean;
  readonly logRequestHeader: boolean;
  readonly logRequestHeaderOnError: boolean;
  readonly logFileNotFound: boolean;
  readonly logTimeouts: boolean;
}

/** Finds the type of a file by its path; empty where none is known. */
export interface MimeTypes {
  typeOf(path: string): string;
}

/** What the settings of a request need of the running server. */
export interface CoreEnvironment {
  /** The Server header where none is configured: name and version of this server. */
  readonly defaultTag: string;
  /** The open log of that name (`server.errorlog`); undefined: the one where none is configured. */
  errorLog(target: string | undefined): ErrorLog;
  /** The open log of that name (`server.breakagelog`); null where none is configured. */
  breakageLog(target: string | undefined): LogWriter | null;
  /** Folders for request bodies, where none are configured. */
  readonly defaultUploadDirs: readonly string[];
  /** Does the file system of the document root not tell upper from lower case? */
  readonly ignoresCase: boolean;
}
