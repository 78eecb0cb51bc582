/** One kind of request that all servers are put under. */
export interface Load {
  readonly name: string;
  readonly path: string;
  readonly status: number;
  readonly connections: number;
  /** What the request says beside its Host. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The file's own ETag goes along. */
  readonly revalidates?: boolean;
  /** Requests that a client sends without waiting for an answer. */
  readonly pipelined?: number;
  readonly isTls?: true;
}

export const loads: readonly Load[] = [
  { name: '612 B', path: '/612.html', status: 200, connections: 32 },
  { name: '10 KiB', path: '/10k.html', status: 200, connections: 32 },
  { name: '1 MiB', path: '/1m.bin', status: 200, connections: 32 },
  { name: '100 MiB', path: '/100m.bin', status: 200, connections: 4 },
  { name: '404', path: '/nothing-here', status: 404, connections: 32 },
  { name: '304', path: '/10k.html', status: 304, connections: 32, revalidates: true },
  { name: 'pipelined by 16', path: '/612.html', status: 200, connections: 32, pipelined: 16 },
  {
    name: 'connection a request',
    path: '/612.html',
    status: 200,
    connections: 32,
    headers: { Connection: 'close' },
  },
];

/** Over TLS 1.3, with a key for ECDSA. A connection a request is a full handshake each: wrk keeps no sessions. */
export const tlsLoads: readonly Load[] = [
  { name: 'TLS 612 B', path: '/612.html', status: 200, connections: 32, isTls: true },
  { name: 'TLS 1 MiB', path: '/1m.bin', status: 200, connections: 32, isTls: true },
  {
    name: 'TLS handshakes',
    path: '/612.html',
    status: 200,
    connections: 32,
    headers: { Connection: 'close' },
    isTls: true,
  },
];

/** The small load that other figures are taken under, too. */
export const smallLoad = loads[0] as Load;

/** The loads whose names hold one of the words; all where none is asked for. */
export function chosenLoads(words: readonly string[]): readonly Load[] {
  if (words.length === 0) return loads;
  return loads.filter(({ name }) =>
    words.some((word) => (word === 'small' ? name === smallLoad.name : name.includes(word))),
  );
}
