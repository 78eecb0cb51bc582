import { writeLines } from '../../log/logs.js';
import type { RequestState } from '../../plugin/request-state.js';

/** The head that was refused (`debug.log-request-header-on-error`). */
export function logRefused({ conf }: RequestState, head: string): void {
  writeLines(conf.errorLog, 'debug', 'request.c', head, 'rqst: ');
}

/** Each line of a head as a line of the error log (`debug.log-request-header` and `-response-header`). */
export function logHead({ conf, connection }: RequestState, kind: string, text: string): void {
  writeLines(conf.errorLog, 'debug', 'h1.c', text, `fd:${connection.id} ${kind}: `);
}
