import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { fsPath } from '../files/stat-cache.js';
import type { Backend } from './read-backends.js';

/** How a backend is spoken to over TLS; null where it is not. The file of authorities is read when a worker starts. */
export function tlsOptions({ settings, host }: Backend): ConnectionOptions | null {
  if (!settings.tls) return null;
  const name = settings['tls-name'] || host;
  const authorities = settings['tls-ca-file'];
  return {
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: settings['tls-verify'],
    ...(name !== '' && isIP(name) === 0 && { servername: name }),
    ...(authorities !== '' && { ca: readFileSync(fsPath(authorities)) }),
  };
}
