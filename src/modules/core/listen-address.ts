/**
 * What is wrong with an address to listen on, as server.bind and `$SERVER["socket"]` give it; null where it can be
 * one. Host names are not looked up (network.c, network_host_parse_addr).
 */
export function listenAddressProblem(text: string): string | null {
  if (text === '') return 'the address is empty';
  if (text.startsWith('/') || text.startsWith('\\')) return null;
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.lastIndexOf(':');
  const portAt = colon > bracket ? colon : -1;
  const host = text.slice(0, portAt < 0 ? text.length : portAt);
  if (bracket < 0 && host.includes(':')) return `an IPv6 address stands in brackets: [${text}]`;
  if (portAt < 0) return null;
  const port = Number.parseInt(text.slice(portAt + 1), 10);
  return port >= 1 && port <= 65535 ? null : `the port ${text.slice(portAt + 1)} is not one from 1 to 65535`;
}
