export type LogLevel = 'error' | 'warning' | 'notice' | 'info' | 'debug';

/**
 * Where the server's own messages go. `place` is lighttpd's source place (`mod_auth.c.828`): log watchers match it,
 * so a message that lighttpd has too keeps lighttpd's file name there.
 */
export interface ErrorLog {
  write(level: LogLevel, place: string, message: string): void;
  error(place: string, message: string): void;
  warning(place: string, message: string): void;
  info(place: string, message: string): void;
  debug(place: string, message: string): void;
}
