import { type RunningServer, total } from './pinned.js';

const idleConnections = 1000;
const settleMs = 1500;

/** A connection that has been answered once, as browsers leave them. */
interface OpenConnection {
  destroy(): void;
}

/** What one of many connections that wait costs the server, as a line of a table. */
export async function memoryOfConnection(
  server: RunningServer,
  open: () => Promise<OpenConnection>,
): Promise<string[]> {
  await rest();
  const before = total(server.residentBytes());
  const connections: OpenConnection[] = [];
  while (connections.length < idleConnections) connections.push(await open());
  await rest();
  const bytes = (total(server.residentBytes()) - before) / idleConnections;
  for (const connection of connections) connection.destroy();
  return [server.name, `${(bytes / 1024).toFixed(1)} KiB`];
}

export function memoryTitle(kind: string): string {
  return `Memory of one of ${idleConnections} idle ${kind} connections`;
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, settleMs));
}
