import type { BackendAnswer } from './backend-answer.js';
import type { Wire } from './wire.js';

const nothing = Buffer.alloc(0);

/** Bytes both ways as they come, from the first one on. */
export class TunnelWire implements Wire {
  readonly kind = 'proxy';
  readonly tunnelStatus = 200;
  readonly takesUnknownLength = true;
  readonly bodyEnd = null;

  open(): Buffer {
    return nothing;
  }

  frame(content: Buffer): readonly Buffer[] {
    return [content];
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    answer.feed(bytes);
  }

  ended(answer: BackendAnswer): void {
    answer.end();
  }
}
