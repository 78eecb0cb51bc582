import type { RequestState } from '../plugin/request-state.js';
import type { BackendHost } from './backend-host.js';
import type { Balance } from './gateway-directives.js';

/** Backends for one key that do the same work, and which of them had the last turn. */
export interface BackendChoice {
  readonly hosts: readonly BackendHost[];
  lastUsed: number;
}

const hashStart = 5381;

/** Daniel J. Bernstein's hash, as lighttpd uses it: 32 bits, unsigned. */
export function hashText(text: string, hash = hashStart): number {
  let value = hash;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 33) ^ text.charCodeAt(i)) >>> 0;
  return value;
}

/** One that is up, by the configured rule, or that can be started; null where all are down (gw_host_get). */
export function chooseHost(
  choice: BackendChoice,
  balance: Balance,
  request: RequestState,
): BackendHost | null {
  const host = chooseRunning(choice, balance, request);
  return host ?? choice.hosts.find(({ programs }) => programs?.startOnDemand()) ?? null;
}

function chooseRunning(choice: BackendChoice, balance: Balance, request: RequestState): BackendHost | null {
  const { hosts } = choice;
  if (hosts.length === 1) return hosts[0].isUp ? hosts[0] : null;
  switch (balance) {
    case 'least-connection':
      return leastBusy(hosts);
    case 'round-robin':
      return nextInTurn(choice);
    case 'hash':
      return highestHash(hosts, hashText(request.uri.authority, hashText(request.uri.path)));
    case 'sticky':
      return highestHash(hosts, hashText(request.remoteAddress.text));
  }
}

function leastBusy(hosts: readonly BackendHost[]): BackendHost | null {
  let chosen: BackendHost | null = null;
  for (const host of hosts)
    if (host.isUp && (chosen === null || host.load.value < chosen.load.value)) chosen = host;
  return chosen;
}

function nextInTurn(choice: BackendChoice): BackendHost | null {
  const { hosts, lastUsed } = choice;
  for (let step = 1; step <= hosts.length; step++) {
    const index = (Math.max(lastUsed, -1) + step) % hosts.length;
    if (!hosts[index].isUp) continue;
    choice.lastUsed = index;
    return hosts[index];
  }
  choice.lastUsed = -1;
  return null;
}

/** The same request finds the same backend while that is up; another's failure moves no other request. */
function highestHash(hosts: readonly BackendHost[], base: number): BackendHost | null {
  let chosen: BackendHost | null = null;
  let highest = 0;
  for (const host of hosts) {
    const value = (base ^ host.hash) >>> 0;
    if (!host.isUp || value < highest) continue;
    highest = value;
    chosen = host;
  }
  return chosen;
}
