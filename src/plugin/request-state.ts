import {
  allFields,
  ConditionCache,
  type ConditionSet,
  type ConditionSource,
  connectionFields,
} from '../config/condition.js';
import type { ConditionField } from '../config/tree.js';
import type { StatEntry } from '../files/stat-cache.js';
import { HeaderList } from '../http/header-list.js';
import type { IpAddress } from '../http/ip-address.js';
import { emptyRequestTarget, type KnownTarget } from '../http/request-target.js';
import { HttpVersion } from '../http/version.js';
import type { ConnectionState } from './connection-state.js';
import type { CoreSettings } from './core-settings.js';
import type { LoadedModule } from './loaded-module.js';
import type { RequestBody } from './request-body.js';
import { ResponseBody } from './response-body.js';
import type { ServerContext } from './server-context.js';

/** The URL as conditions and modules see it. All text is latin1, one character a byte. */
export interface RequestUri {
  /** `http` or `https`. */
  scheme: string;
  /** The host asked for, lower case, with its port unless that is the default one. */
  authority: string;
  /** Decoded and simplified; starts with `/` (or is `*`). */
  path: string;
  /** What follows the first `?`, not decoded. */
  query: string;
}

/** Where the request lies on disk. */
export interface PhysicalPath {
  /** `docroot` and `relPath` joined; modules may change it. Empty until mapped. */
  path: string;
  /** The part of `path` that belongs to the server and not to the URL. */
  basedir: string;
  docroot: string;
  relPath: string;
}

/**
 * One request and its answer, for any protocol (lighttpd's `request_st`). Reused for the next request: keep values
 * from it, not the object.
 */
export class RequestState implements ConditionSource {
  readonly server: ServerContext;
  connection!: ConnectionState;

  /** Upper case; empty where the request line was not understood. */
  method = '';
  version: HttpVersion = HttpVersion.unset;
  /** The target as rewritten so far; starts as the normalised one. */
  target = '';
  /** The target as sent, but for scheme and host of an absolute one (REQUEST_URI, access log). */
  targetOriginal = '';
  readonly headers = new HeaderList();
  /** The target taken apart; filled again for each request. */
  readonly parsedTarget = emptyRequestTarget();
  /** What earlier requests made of the same target; null where it was new. */
  knownTarget: KnownTarget | null = null;
  readonly uri: RequestUri = { scheme: 'http', authority: '', path: '', query: '' };
  /** The Host header as checked; null where there is none. */
  host: string | null = null;
  /** `server.name`, or the host asked for, or what a virtual host module chose. */
  serverName = '';
  /** The client, or who a trusted proxy says it is. */
  remoteAddress!: IpAddress;
  remotePort = 0;
  body!: RequestBody;

  readonly conditions: ConditionCache;
  conf!: CoreSettings;
  /** Variables for programs and logs (mod_setenv, mod_auth and others); names as given. */
  readonly env = new Map<string, string>();

  readonly physical: PhysicalPath = { path: '', basedir: '', docroot: '', relPath: '' };
  pathInfo = '';
  /** Valid in subrequest-start handlers: what `physical.path` is. */
  statEntry: StatEntry | null = null;
  /** The module that makes the answer; its `subrequest` hook is called. */
  handler: LoadedModule | null = null;
  /** Each module's own data for this request, by the module's index; forgotten behind the `requestReset` hooks. */
  readonly moduleData: unknown[] = [];

  /** 0 until known. */
  status = 0;
  readonly responseHeaders = new HeaderList();
  readonly responseBody = new ResponseBody();
  /** The head has been handed to the connection. */
  responseStarted = false;
  /** The body goes out in chunks (RFC 9112, 7.1). */
  sendChunked = false;
  /** May the connection serve another request after this one? Only parsing turns it on. */
  keepAlive = false;
  /** The answer is the last one on its connection, even where that serves other requests beside it (HTTP/2). */
  closesConnection = false;
  /** Index of the next step in the lifecycle's list. */
  step = 0;
  /** Restarts of this request, against endless loops. */
  comebacks = 0;
  /**
   * While an error handler runs: the status it was called for (negative for server.error-handler-404); 65535 once
   * it has succeeded.
   */
  errorHandlerSavedStatus = 0;
  errorHandlerSavedMethod = '';
  /** When the request began: seconds since the epoch, with fraction. */
  startedAt = 0;
  /** Bytes of the head as received and as sent, for logs. */
  headBytesIn = 0;
  headBytesOut = 0;
  /** Body bytes sent, for logs. */
  bodyBytesOut = 0;

  constructor(server: ServerContext, conditions: ConditionSet) {
    this.server = server;
    this.conditions = new ConditionCache(conditions, this);
  }

  /** The array keeps its length: one that grows again costs more than all hooks of a request. */
  forgetModuleData(): void {
    const { moduleData } = this;
    for (let i = 0; i < moduleData.length; i++) moduleData[i] = undefined;
  }

  /** Conditions are asked anew: all of them, or, where the head was not understood, those on the connection. */
  openConditions(headIsKnown: boolean): void {
    this.conditions.reset();
    this.conditions.valid = headIsKnown ? allFields : connectionFields;
  }

  conditionValue(field: ConditionField, header: string): string {
    switch (field) {
      case 'url':
        return this.uri.path;
      case 'host':
        return this.uri.authority;
      case 'requestHeader':
        return this.headers.get(header.toLowerCase()) ?? '';
      case 'queryString':
        return this.uri.query;
      case 'requestMethod':
        return this.method;
      case 'scheme':
        return this.uri.scheme;
      case 'socket':
        return this.connection.listenSocket.token;
      case 'remoteIp':
        return this.remoteAddress.text;
    }
  }
}
