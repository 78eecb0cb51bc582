import { HttpVersion } from '../../http/version.js';
import { noBody } from '../../plugin/request-body.js';
import type { RequestState } from '../../plugin/request-state.js';
import { useTarget } from '../../plugin/set-target.js';
import { type KnownRequest, useKnownRequest } from '../known-request.js';
import { KnownFields } from './known-fields.js';
import { KnownTargets } from './known-targets.js';

/** Places for heads; one that falls on another's place takes it. */
const places = 256;
const lengthMax = 2048;
/** Characters that tell heads apart: the target, and what comes behind it. */
const sampled = 64;

/** A whole head of HTTP/1.1. */
interface KnownHead extends KnownRequest {
  readonly text: string;
  readonly scheme: string;
  readonly keepAlive: boolean;
}

/**
 * What a worker remembers of heads that it has read. A client that sends a request again sends the same bytes: then one
 * comparison stands for the whole reading. Fields and targets are known apart too, for heads that differ in one of them.
 */
export class KnownHeads {
  readonly fields = new KnownFields();
  readonly targets = new KnownTargets();
  private readonly heads: (KnownHead | null)[] = new Array(places).fill(null);

  /** Where all that has arrived is one head that was read before: that. */
  find(text: string, scheme: string): KnownHead | null {
    const head = this.heads[placeOf(text)];
    return head !== null && head.text === text && head.scheme === scheme ? head : null;
  }

  /** Keeps the head of a request of which target and fields were known. */
  keep(text: string, request: RequestState): void {
    const { knownTarget, headers, host, version, conf } = request;
    if (knownTarget === null || headers.template === null || host === null) return;
    if (version !== HttpVersion.http11 || text.length > lengthMax || conf.logRequestHeader) return;
    this.heads[placeOf(text)] = {
      text,
      scheme: request.connection.scheme,
      target: knownTarget,
      fields: headers.template,
      host,
      headBytes: text.length,
      keepAlive: request.keepAlive,
    };
  }
}

/** Starts a request with a head that was read before. */
export function startKnown(request: RequestState, head: KnownHead): void {
  useKnownRequest(request, head);
  useTarget(request, head.target);
  request.uri.authority = head.host;
  request.version = HttpVersion.http11;
  request.keepAlive = head.keepAlive;
  request.body = noBody;
  request.openConditions(true);
}

function placeOf(text: string): number {
  const end = Math.min(text.length, sampled);
  let place = text.length;
  for (let i = 4; i < end; i += 3) place = (place * 5 + text.charCodeAt(i)) & 0xffffff;
  return place & (places - 1);
}
