import type { RequestState } from '../plugin/request-state.js';
import { readAjpHead } from './ajp13-head.js';
import { packetBytesMax, writeForwardRequest } from './ajp13-request.js';
import type { BackendAnswer } from './backend-answer.js';
import { BodyDemand } from './body-demand.js';
import type { Wire, WireTarget } from './wire.js';

/** Packets of a container begin with this. */
const containerMark = 0x4142;
const PacketType = { bodyChunk: 3, headers: 4, end: 5, getBodyChunk: 6, pong: 9 } as const;

const headBytes = 4;
/** What a packet holds of a body, behind its head and the length of the piece. */
const pieceMax = packetBytesMax - headBytes - 2;
const noBytes = Buffer.alloc(0);

/**
 * A request as an AJP 1.3 container gets it. The first piece of the body comes unasked, the others as the container
 * asks for them; one connection carries one request.
 */
export class Ajp13Wire implements Wire {
  readonly kind = 'ajp13';
  readonly takesUnknownLength = false;
  readonly bodyEnd = Buffer.from([0x12, 0x34, 0, 0]);
  readonly bodyDemand = new BodyDemand();
  private readonly request: RequestState;
  private readonly isAuthorizer: boolean;
  /** The beginning of a packet that has not arrived whole. */
  private partial: Buffer = noBytes;

  constructor({ request, mode }: WireTarget) {
    this.request = request;
    this.isAuthorizer = mode === 'authorizer';
  }

  open(): Buffer | number {
    if (!this.isAuthorizer && this.request.body.length > 0) this.bodyDemand.ask(pieceMax);
    return writeForwardRequest(this.request, this.isAuthorizer);
  }

  frame(content: Buffer): readonly Buffer[] {
    const head = Buffer.from([0x12, 0x34, 0, 0, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    head.writeUInt16BE(content.length, 4);
    return [head, content];
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    const input = this.partial.length === 0 ? bytes : Buffer.concat([this.partial, bytes]);
    let at = 0;
    while (!answer.hasEnded && input.length - at >= headBytes) {
      const end = at + headBytes + input.readUInt16BE(at + 2);
      if (input.readUInt16BE(at) !== containerMark || end === at + headBytes) {
        this.complain('invalid packet prefix sent from container');
        answer.fail(500);
        return;
      }
      if (end > input.length) break;
      this.takePacket(input.subarray(at + headBytes, end), answer);
      at = end;
    }
    this.partial = at === input.length ? noBytes : input.subarray(at);
  }

  /** Without its last packet the answer is not whole. */
  ended(answer: BackendAnswer): void {
    this.complain('unexpected end-of-file (perhaps the ajp13 process died)');
    answer.fail(500);
  }

  private takePacket(packet: Buffer, answer: BackendAnswer): void {
    switch (packet[0]) {
      case PacketType.headers:
        this.takeHead(packet, answer);
        break;
      case PacketType.bodyChunk:
        this.takeBody(packet, answer);
        break;
      case PacketType.getBodyChunk:
        if (packet.length >= 3) this.bodyDemand.ask(Math.min(packet.readUInt16BE(1), pieceMax));
        break;
      case PacketType.end:
        answer.end();
        break;
      case PacketType.pong:
        break;
      default:
        this.complain(`packet type not handled: ${packet[0]}`);
    }
  }

  private takeHead(packet: Buffer, answer: BackendAnswer): void {
    if (answer.head !== null) {
      this.complain('headers received after body started');
      return;
    }
    const head = readAjpHead(packet.subarray(1));
    if (head === null) {
      this.complain('headers packet received that is cut short or has embedded newlines');
      answer.fail(502);
    } else answer.feed(Buffer.from(head, 'latin1'));
  }

  private takeBody(packet: Buffer, answer: BackendAnswer): void {
    const length = packet.length < 3 ? -1 : packet.readUInt16BE(1);
    if (answer.head === null) {
      this.complain('body received before headers');
      answer.fail(500);
    } else if (length < 0 || length > packet.length - 3) {
      this.complain('body packet received with invalid length');
      answer.fail(500);
      // without content it asks that what came before be sent on
    } else if (length > 0) answer.feed(packet.subarray(3, 3 + length));
  }

  private complain(message: string): void {
    this.request.conf.errorLog.error('mod_ajp13.c', `AJP13: ${message}`);
  }
}
