import { parseIpAddress } from '../../src/http/ip-address.js';

/** A value of a type that JavaScript does not have. */
export class Typed {
  readonly type: keyof typeof numberTypes;
  readonly value: bigint | number;

  constructor(type: keyof typeof numberTypes, value: bigint | number) {
    this.type = type;
    this.value = value;
  }
}

/** Text, fractions (double) and integers (bigint: uint32), and what is made of them. */
export type DatabaseValue =
  | string
  | number
  | bigint
  | boolean
  | Buffer
  | Typed
  | readonly DatabaseValue[]
  | { readonly [key: string]: DatabaseValue };

/** Code and most bytes of each. */
const numberTypes = {
  uint16: [5, 2],
  uint32: [6, 4],
  int32: [8, 4],
  uint64: [9, 8],
  uint128: [10, 16],
  float: [15, 4],
} as const;

interface Node {
  readonly children: (Node | number | undefined)[];
}

/**
 * Writes a database in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/), with records of 24 bits:
 * what is to be said of each network, as `192.0.2.0/24`. Networks must not overlap.
 */
export function geoDatabase(
  type: string,
  networks: Readonly<Record<string, DatabaseValue>>,
  ipVersion: 4 | 6 = 6,
): Buffer {
  const root: Node = { children: [] };
  const data: Buffer[] = [];
  let dataLength = 0;
  for (const [network, value] of Object.entries(networks)) {
    place(root, bitsOf(network, ipVersion), dataLength);
    const encoded = encode(value);
    data.push(encoded);
    dataLength += encoded.length;
  }
  const nodes = allNodes(root);
  const description = {
    binary_format_major_version: new Typed('uint16', 2n),
    binary_format_minor_version: new Typed('uint16', 0n),
    build_epoch: new Typed('uint64', 1_700_000_000n),
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: new Typed('uint16', BigInt(ipVersion)),
    languages: ['en'],
    node_count: BigInt(nodes.length),
    record_size: new Typed('uint16', 24n),
  };
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([writeTree(nodes), Buffer.alloc(16), ...data, marker, encode(description)]);
}

/** Networks of IPv4 stand below ::/96. */
function bitsOf(network: string, ipVersion: 4 | 6): readonly number[] {
  const [address, length] = network.split('/');
  const bytes = parseIpAddress(address ?? '')?.bytes ?? new Uint8Array();
  const bits = [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1));
  const before = bytes.length === 4 && ipVersion === 6 ? new Array<number>(96).fill(0) : [];
  return [...before, ...bits.slice(0, Number(length))];
}

function place(root: Node, bits: readonly number[], dataOffset: number): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node.children[bit] ?? { children: [] };
    if (typeof next === 'number') throw new Error('networks overlap');
    node.children[bit] = next;
    node = next;
  }
  node.children[bits.at(-1) ?? 0] = dataOffset;
}

function allNodes(root: Node): readonly Node[] {
  const nodes = [root];
  for (const { children } of nodes)
    for (const child of children) if (typeof child === 'object') nodes.push(child);
  return nodes;
}

function writeTree(nodes: readonly Node[]): Buffer {
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach(({ children }, number) => {
    for (const side of [0, 1]) {
      const child = children[side];
      // the number of nodes itself says that nothing is known
      let record = nodes.length;
      if (typeof child === 'object') record = numbers.get(child) ?? record;
      else if (child !== undefined) record += 16 + child;
      tree.writeUIntBE(record, number * 6 + side * 3, 3);
    }
  });
  return tree;
}

function encode(value: DatabaseValue): Buffer {
  if (typeof value === 'string') return withHead(2, Buffer.from(value, 'utf8'));
  if (typeof value === 'boolean') return head(14, value ? 1 : 0);
  if (typeof value === 'bigint') return encodeNumber(new Typed('uint32', value));
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return withHead(3, bytes);
  }
  if (value instanceof Typed) return encodeNumber(value);
  if (Buffer.isBuffer(value)) return withHead(4, value);
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([head(7, entries.length), ...entries.flatMap((entry) => entry.map(encode))]);
}

function encodeNumber({ type, value }: Typed): Buffer {
  const [code, size] = numberTypes[type];
  const bytes = Buffer.alloc(size);
  if (type === 'float') bytes.writeFloatBE(Number(value));
  else {
    const digits = BigInt.asUintN(size * 8, BigInt(value))
      .toString(16)
      .padStart(size * 2, '0');
    bytes.write(digits, 'hex');
  }
  return withHead(code, bytes);
}

function withHead(type: number, content: Buffer): Buffer {
  return Buffer.concat([head(type, content.length), content]);
}

/** Type and size; types above 7 have a byte of their own, as have sizes from 29 on. */
function head(type: number, size: number): Buffer {
  if (size >= 285) throw new Error('too long for a test');
  const first = (type > 7 ? 0 : type << 5) | Math.min(size, 29);
  return Buffer.from([first, ...(type > 7 ? [type - 7] : []), ...(size >= 29 ? [size - 29] : [])]);
}
