import { decodeBase64Loosely } from '../../base/base64.js';
import type { HandlerResult, MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type Access, accept, badRequest, misconfigured, refuse } from './access.js';

/** So that user and password fit into 1,023 bytes. */
const encodedLengthMax = 1363;

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** HTTP Basic authentication (RFC 7617). */
export function checkBasic(request: RequestState, access: Access): MaybeAsync<HandlerResult> {
  const { requirement, backend } = access;
  if (backend?.checkPassword === undefined) return misconfigured(request, backend, 'basic');
  const header = request.headers.get('authorization') ?? '';
  if (!/^basic /i.test(header)) return challenge(request, access);
  const encoded = header.slice('Basic '.length);
  if (encoded.length > encodedLengthMax) return challenge(request, access);
  const text = decodeBase64Loosely(encoded).toString('latin1');
  if (text === '') return badRequest(request, 816, `decoding base64-string failed ${encoded}`);
  const colon = text.indexOf(':');
  if (colon < 0) return badRequest(request, 823, `missing ':' in ${text}`);
  const credentials = { user: text.slice(0, colon), password: text.slice(colon + 1) };

  const cached = access.cache?.get(requirement, credentials.user);
  if (cached !== undefined)
    return conclude(request, access, credentials, access.seal.matches(cached.value, credentials.password));
  const verdict = backend.checkPassword(request, requirement, credentials.user, credentials.password);
  if (typeof verdict === 'boolean') return concludeNew(request, access, credentials, verdict);
  return verdict.then((isRight) => concludeNew(request, access, credentials, isRight));
}

function concludeNew(
  request: RequestState,
  access: Access,
  credentials: Credentials,
  isRight: boolean,
): MaybeAsync<HandlerResult> {
  if (isRight && access.cache !== null) {
    const now = request.server.clock.monotonicSeconds;
    const sealed = access.seal.seal(credentials.password);
    access.cache.set(access.requirement, credentials.user, credentials.user, sealed, now);
  }
  return conclude(request, access, credentials, isRight);
}

function conclude(
  request: RequestState,
  access: Access,
  { user }: Credentials,
  isRight: boolean,
): MaybeAsync<HandlerResult> {
  if (isRight) return accept(request, user, 'Basic');
  const who = `username: ${user} IP: ${request.remoteAddress.text}`;
  request.conf.errorLog.error('mod_auth.c.868', `password doesn't match for ${request.uri.path} ${who}`);
  return access.delay(request, challenge(request, access));
}

function challenge(request: RequestState, { requirement }: Access): HandlerResult {
  request.responseHeaders.set('WWW-Authenticate', `Basic realm="${requirement.realm}", charset="UTF-8"`);
  return refuse(request, 401);
}
