import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type DigestAlgorithm,
  type DigestQuery,
  type DigestSecret,
  digestHashName,
  ruleAllows,
} from '../../plugin/auth-backend.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type Access, accept, badRequest, misconfigured, refuse } from './access.js';
import { type DigestCredentials, decodeExtendedName, parseDigestCredentials } from './digest-credentials.js';
import { checkNonce, makeNonce } from './nonce.js';
import { parseAlgorithm } from './requirement.js';

/** Credentials that make sense; what is left to find out is whether the response is right. */
interface Claim {
  readonly query: DigestQuery;
  readonly isSession: boolean;
  readonly response: Buffer;
  readonly credentials: DigestCredentials;
}

/** HTTP Digest authentication (RFC 7616, and 2617 and 2069 for old clients). */
export function checkDigest(request: RequestState, access: Access): MaybeAsync<HandlerResult> {
  const { backend } = access;
  if (backend?.digestSecret === undefined) return misconfigured(request, backend, 'digest');
  const header = request.headers.get('authorization') ?? '';
  if (!/^digest /i.test(header)) return challenge(request, access);
  const credentials = parseDigestCredentials(header.slice('Digest '.length));
  const claim = readClaim(request, access, credentials);
  if (typeof claim === 'number') return claim;

  const { requirement } = access;
  const { query } = claim;
  const now = request.server.clock.epochSeconds;
  const nonceState = checkNonce(credentials.nonce!, requirement, query.algorithm, now);
  if (nonceState === 'stale') return challenge(request, access, query.algorithm);
  if (nonceState === 'malformed') return badRequest(request, 1487, 'digest: nonce invalid');
  if (nonceState === 'forged') {
    request.conf.errorLog.error('mod_auth.c.1496', 'digest: nonce mismatch');
    return challenge(request, access);
  }

  const conclude = (secret: DigestSecret | null): MaybeAsync<HandlerResult> => {
    const result = verify(request, access, claim, secret);
    if (result === HandlerResult.goOn && nonceState === 'expiring') {
      const next = makeNonce(requirement, query.algorithm, now);
      request.responseHeaders.set('Authentication-Info', `nextnonce="${next}"`);
    }
    return result;
  };
  const secret = findSecret(request, access, query);
  return secret instanceof Promise ? secret.then(conclude) : conclude(secret);
}

/** The checks that need no secret, in lighttpd's order; where one fails, the answer has been chosen. */
function readClaim(
  request: RequestState,
  access: Access,
  credentials: DigestCredentials,
): Claim | HandlerResult {
  const { username, realm, nonce, uri, qop, cnonce, nc, response } = credentials;
  const extendedName = credentials['username*'];
  const hasOneName = (username === undefined) !== (extendedName === undefined);
  const hasProof = qop === undefined || (nc !== undefined && cnonce !== undefined);
  if (!hasOneName || !hasProof || realm === undefined || nonce === undefined) return missingField(request);
  if (uri === undefined || response === undefined) return missingField(request);

  const isUserHash = credentials.userhash?.length === 'true'.length;
  const user = username ?? readExtendedName(request, extendedName!, isUserHash);
  if (typeof user === 'number') return user;

  const log = request.conf.errorLog;
  if (realm !== access.requirement.realm) {
    log.error('mod_auth.c.1388', 'digest: realm mismatch');
    return challenge(request, access);
  }
  const named = credentials.algorithm ?? '';
  const parsed = parseAlgorithm(named);
  if (parsed === null || !access.requirement.algorithms.includes(parsed.algorithm)) {
    log.error('mod_auth.c.1395', `digest: (${named}): invalid`);
    return challenge(request, access);
  }
  const { algorithm, isSession } = parsed;
  if (isSession && cnonce === undefined)
    return badRequest(request, 1404, `digest: (${named}): missing field`);
  const digestLength = algorithm === 'MD5' ? 16 : 32;
  if (response.length !== 2 * digestLength || !/^[0-9a-f]+$/i.test(response))
    return badRequest(request, 1413, `digest: (${response}): invalid format`);
  if (qop?.toLowerCase() === 'auth-int')
    return badRequest(request, 1420, 'digest: qop=auth-int not supported');
  // a digest made for one URL must not open another; the target is the one the client sent, before any rewrite
  if (uri !== request.targetOriginal) {
    const mismatch = `uri mismatch (${request.targetOriginal} != ${uri})`;
    return badRequest(request, 1434, `digest: auth failed: ${mismatch}, IP: ${request.remoteAddress.text}`);
  }
  // hashes of names are kept in lower case
  const query = { user: isUserHash ? user.toLowerCase() : user, isUserHash, realm, algorithm };
  return { query, isSession, response: Buffer.from(response, 'hex'), credentials };
}

function missingField(request: RequestState): HandlerResult {
  return badRequest(request, 1382, 'digest: missing field');
}

function readExtendedName(request: RequestState, value: string, isUserHash: boolean): string | HandlerResult {
  if (isUserHash) return badRequest(request, 1302, 'digest: invalid "username*" with "userhash" = true');
  const name = decodeExtendedName(value);
  if (typeof name === 'string') return name;
  return badRequest(request, name.line, `digest: invalid "username*" ${name.problem}`);
}

function findSecret(
  request: RequestState,
  { requirement, backend, cache }: Access,
  query: DigestQuery,
): MaybeAsync<DigestSecret | null> {
  if (cache === null) return backend!.digestSecret!(request, query);
  const key = `${query.algorithm} ${query.isUserHash} ${query.user}`;
  const known = cache.get(requirement, key);
  if (known !== undefined) return { user: known.user, digest: known.value };
  const keep = (secret: DigestSecret | null): DigestSecret | null => {
    const now = request.server.clock.monotonicSeconds;
    if (secret !== null) cache.set(requirement, key, secret.user, secret.digest, now);
    return secret;
  };
  const secret = backend!.digestSecret!(request, query);
  return secret instanceof Promise ? secret.then(keep) : keep(secret);
}

function verify(
  request: RequestState,
  access: Access,
  claim: Claim,
  secret: DigestSecret | null,
): MaybeAsync<HandlerResult> {
  if (secret === null) return access.delay(request, challenge(request, access));
  if (!isRightResponse(request, claim, secret.digest)) {
    const address = request.remoteAddress.text;
    const message = `digest: auth failed for ${secret.user}: wrong password, IP: ${address}`;
    request.conf.errorLog.error('mod_auth.c.1563', message);
    return access.delay(request, challenge(request, access));
  }
  if (!ruleAllows(access.requirement, secret.user)) return challenge(request, access);
  return accept(request, secret.user, 'Digest');
}

function isRightResponse(request: RequestState, claim: Claim, secret: Buffer): boolean {
  if (timingSafeEqual(claim.response, expectedResponse(claim, secret, request.method))) return true;
  // a WebSocket may have come as a CONNECT of HTTP/2, and a client may compute its digest for that
  const isWebSocket = request.method === 'GET' && request.headers.get('upgrade') === 'websocket';
  return isWebSocket && timingSafeEqual(claim.response, expectedResponse(claim, secret, 'CONNECT'));
}

/** RFC 7616, section 3.4.1. `secret` is H(user:realm:password). */
function expectedResponse({ query, isSession, credentials }: Claim, secret: Buffer, method: string): Buffer {
  const hash = (text: string): Buffer =>
    createHash(digestHashName[query.algorithm]).update(text, 'latin1').digest();
  const { nonce, cnonce, nc, qop, uri } = credentials;
  let a1 = secret.toString('hex');
  if (isSession) a1 = hash(`${a1}:${nonce}:${cnonce}`).toString('hex');
  const a2 = hash(`${method}:${uri}`).toString('hex');
  const proof = qop ? `${nc}:${cnonce}:${qop}:` : '';
  return hash(`${a1}:${nonce}:${proof}${a2}`);
}

/** One field an algorithm; for a stale nonce only the one that the client used. */
function challenge(request: RequestState, { requirement }: Access, stale?: DigestAlgorithm): HandlerResult {
  const now = request.server.clock.epochSeconds;
  const userHash = requirement.offersUserHash ? ', userhash=true' : '';
  for (const algorithm of stale === undefined ? requirement.algorithms : [stale]) {
    const nonce = makeNonce(requirement, algorithm, now);
    const area = `Digest realm="${requirement.realm}", charset="UTF-8", algorithm=${algorithm}`;
    const flags = `${userHash}${stale === undefined ? '' : ', stale=true'}`;
    request.responseHeaders.insert('WWW-Authenticate', `${area}, nonce="${nonce}", qop="auth"${flags}`);
  }
  return refuse(request, 401);
}
