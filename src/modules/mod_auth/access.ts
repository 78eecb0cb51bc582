import type { AuthBackend } from '../../plugin/auth-backend.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { AuthCache, PasswordSeal } from './auth-cache.js';
import type { Requirement } from './requirement.js';

/** What a scheme needs to decide about one request. */
export interface Access {
  readonly requirement: Requirement;
  /** Null where `auth.backend` is not set. */
  readonly backend: AuthBackend | null;
  /** Null without `auth.cache`. */
  readonly cache: AuthCache | null;
  readonly seal: PasswordSeal;
  /**
   * Gives the answer to wrong credentials, later, and ends the connection with it: guessing is slow, and costs the
   * server nothing.
   */
  readonly delay: (request: RequestState, result: HandlerResult) => HandlerResult | Promise<HandlerResult>;
}

/** Lets the request through as this user. */
export function accept(request: RequestState, user: string, authType: 'Basic' | 'Digest'): HandlerResult {
  request.env.set('REMOTE_USER', user);
  request.env.set('AUTH_TYPE', authType);
  return HandlerResult.goOn;
}

export function refuse(request: RequestState, status: number): HandlerResult {
  request.status = status;
  return HandlerResult.finished;
}

/** A field was missing or cannot be used. `line` is lighttpd's place in mod_auth.c. */
export function badRequest(request: RequestState, line: number, message: string): HandlerResult {
  request.conf.errorLog.error(`mod_auth.c.${line}`, message);
  return refuse(request, 400);
}

/** The settings ask for a scheme that the backend cannot serve. */
export function misconfigured(
  request: RequestState,
  backend: AuthBackend | null,
  scheme: 'basic' | 'digest',
): HandlerResult {
  const isBasic = scheme === 'basic';
  const message =
    backend === null
      ? 'auth.backend not configured for'
      : `auth.require "method" => "${scheme}" invalid (try "${isBasic ? 'digest' : 'basic'}"?) for`;
  request.conf.errorLog.error(`mod_auth.c.${isBasic ? 776 : 1215}`, `${message} ${request.uri.path}`);
  return refuse(request, 500);
}
