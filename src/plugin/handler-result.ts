/**
 * What a handler answers (lighttpd's `handler_t`). `goOn`: the next handler is asked. `finished`: the answer stands.
 * `comeback`: the request starts again with what the handler changed. `error`: the connection is given up.
 * Waiting for an event is a promise of one of these.
 */
export const HandlerResult = { goOn: 0, finished: 1, comeback: 2, error: 3 } as const;
export type HandlerResult = (typeof HandlerResult)[keyof typeof HandlerResult];
export type MaybeAsync<T> = T | Promise<T>;
