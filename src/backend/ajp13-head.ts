/** Names of headers that are received as 0xA001 and following. */
const headerNames: readonly string[] = [
  'Content-Type',
  'Content-Language',
  'Content-Length',
  'Date',
  'Last-Modified',
  'Location',
  'Set-Cookie',
  'Set-Cookie2',
  'Servlet-Engine',
  'Status',
  'WWW-Authenticate',
];

/**
 * A packet of headers, without its type, as the text of an HTTP head: what holds for heads in general then holds for
 * this one. Null where the packet is cut short, names no known header, or would add lines of its own.
 */
export function readAjpHead(packet: Buffer): string | null {
  const reader = new PacketReader(packet);
  let head = `HTTP/1.1 ${reader.short()} ${reader.string()}\n`;
  for (let count = reader.short(); count > 0 && reader.isValid; count--)
    head += `${reader.headerName()}: ${reader.string()}\n`;
  return reader.isValid ? `${head}\n` : null;
}

/** Reads beyond the end give nothing, and are remembered. */
class PacketReader {
  isValid = true;
  private readonly packet: Buffer;
  private at = 0;

  constructor(packet: Buffer) {
    this.packet = packet;
  }

  short(): number {
    const { packet, at } = this;
    this.at += 2;
    if (this.at <= packet.length) return packet.readUInt16BE(at);
    this.isValid = false;
    return 0;
  }

  /** A length, the text, and a zero byte; the length 0xFFFF stands for no text, without the zero byte. */
  string(): string {
    const length = this.short();
    return length === 0xffff ? '' : this.text(length);
  }

  headerName(): string {
    const code = this.short();
    if (code < 0xa000) return this.text(code);
    const name = headerNames[code - 0xa001];
    if (name === undefined) this.isValid = false;
    return name ?? '';
  }

  private text(length: number): string {
    const { packet, at } = this;
    this.at += length + 1;
    const text = packet.toString('latin1', at, at + length);
    if (this.at > packet.length || text.includes('\n')) this.isValid = false;
    return text;
  }
}
