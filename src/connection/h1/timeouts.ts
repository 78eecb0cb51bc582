import { lingerSeconds } from '../client-connection.js';
import type { Http1Connection } from './connection.js';

/** What the client, or the server, has been waited for too long; null where nothing is late (h1_check_timeout). */
export function timeoutOf(connection: Http1Connection, now: number): string | null {
  const { phase, readAt, wroteAt, request, body } = connection;
  switch (phase) {
    case 'lingering':
      return now - readAt > lingerSeconds ? 'linger' : null;
    case 'reading':
      if (connection.requestCount > 0) return now - readAt > connection.keepAliveIdle ? 'keep-alive' : null;
      return now - readAt > connection.maxReadIdle ? 'read' : null;
    case 'closed':
      return null;
    default:
      if (body?.isReading && !connection.isPaused && now - readAt > request!.conf.maxReadIdle) return 'read';
      return phase === 'writing' && now - wroteAt > request!.conf.maxWriteIdle ? 'write' : null;
  }
}
