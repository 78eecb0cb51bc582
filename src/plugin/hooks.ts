import type { ConnectionState } from './connection-state.js';
import type { HandlerResult, MaybeAsync } from './handler-result.js';
import type { RequestState } from './request-state.js';

export type RequestHook<Config, State> = (
  request: RequestState,
  config: Config,
  state: State,
) => MaybeAsync<HandlerResult>;
type RequestNotice<Config, State> = (request: RequestState, config: Config, state: State) => void;
type ConnectionHook<State> = (connection: ConnectionState, state: State) => MaybeAsync<HandlerResult>;
type ConnectionNotice<State> = (connection: ConnectionState, state: State) => void;
type ServerNotice<State> = (state: State) => void;

/** The hooks that a module may fill. */
export interface Hooks<Config, State> {
  readonly uriRaw?: RequestHook<Config, State>;
  readonly uriClean?: RequestHook<Config, State>;
  readonly docroot?: RequestHook<Config, State>;
  readonly physical?: RequestHook<Config, State>;
  readonly subrequestStart?: RequestHook<Config, State>;
  readonly subrequest?: RequestHook<Config, State>;
  readonly responseStart?: RequestHook<Config, State>;
  readonly requestEnv?: RequestNotice<Config, State>;
  readonly requestDone?: RequestNotice<Config, State>;
  readonly requestReset?: RequestNotice<Config, State>;
  readonly connectionAccept?: ConnectionHook<State>;
  readonly connectionShutWr?: ConnectionNotice<State>;
  readonly connectionClose?: ConnectionNotice<State>;
  readonly trigger?: ServerNotice<State>;
  readonly sighup?: ServerNotice<State>;
}

export type HookName = keyof Hooks<never, never>;

interface HookFacts {
  /** The name in lighttpd's `struct plugin`. */
  readonly lighttpd: string;
  readonly order: 'load' | 'reverse' | 'handler';
  readonly when: string;
  /** What a result other than goOn does. */
  readonly otherResult: string;
}

const endsStep = 'ends the search: the answer stands';
const ignored = 'has no result';

/** Every slot, in the order of a request's life. */
export const hookTable: Readonly<Record<HookName, HookFacts>> = {
  connectionAccept: {
    lighttpd: 'handle_connection_accept',
    order: 'load',
    when: 'after a connection is accepted',
    otherResult: 'closes the connection',
  },
  uriRaw: {
    lighttpd: 'handle_uri_raw',
    order: 'load',
    when: 'the target is known and normalised',
    otherResult: endsStep,
  },
  uriClean: {
    lighttpd: 'handle_uri_clean',
    order: 'load',
    when: 'the path is decoded and settings are chosen',
    otherResult: endsStep,
  },
  docroot: {
    lighttpd: 'handle_docroot',
    order: 'load',
    when: 'the document root is looked for',
    otherResult: endsStep,
  },
  physical: {
    lighttpd: 'handle_physical',
    order: 'load',
    when: 'the path on disk is known',
    otherResult: endsStep,
  },
  subrequestStart: {
    lighttpd: 'handle_subrequest_start',
    order: 'load',
    when: 'a module is looked for that makes the answer',
    otherResult: endsStep,
  },
  subrequest: {
    lighttpd: 'handle_subrequest',
    order: 'handler',
    when: 'the module that took the request makes the answer',
    otherResult: 'comeback starts again; error gives the connection up',
  },
  requestEnv: {
    lighttpd: 'handle_request_env',
    order: 'load',
    when: 'a program is about to get its environment',
    otherResult: ignored,
  },
  responseStart: {
    lighttpd: 'handle_response_start',
    order: 'load',
    when: 'before the head of the answer is written',
    otherResult: 'an error gives the connection up',
  },
  requestDone: {
    lighttpd: 'handle_request_done',
    order: 'load',
    when: 'the answer has been sent, or has failed',
    otherResult: ignored,
  },
  requestReset: {
    lighttpd: 'handle_request_reset',
    order: 'reverse',
    when: 'the request state is about to be reused',
    otherResult: ignored,
  },
  connectionShutWr: {
    lighttpd: 'handle_connection_shut_wr',
    order: 'load',
    when: 'nothing more will be written',
    otherResult: ignored,
  },
  connectionClose: {
    lighttpd: 'handle_connection_close',
    order: 'reverse',
    when: 'before the socket is closed',
    otherResult: ignored,
  },
  trigger: { lighttpd: 'handle_trigger', order: 'load', when: 'once a second', otherResult: ignored },
  sighup: {
    lighttpd: 'handle_sighup',
    order: 'load',
    when: 'logs are to be opened again',
    otherResult: ignored,
  },
};
