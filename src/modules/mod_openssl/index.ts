/**
 * Encrypts connections (TLS). It chooses certificate and settings before the first request, by what the client and
 * its hello tell; what clients prove of themselves is told at uri-raw and request-env.
 */

import { answerError } from '../../plugin/answer.js';
import { defineModule } from '../../plugin/define-module.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { tlsService } from '../../plugin/tls.js';
import { checkTls, namedFiles } from './check.js';
import { setCipherVariables, setClientVariables } from './client-variables.js';
import { directives, type TlsConfig } from './directives.js';
import { type Handshake, TlsPolicy } from './tls-policy.js';

interface State {
  readonly index: number;
  readonly policy: TlsPolicy;
}

export const modOpenssl = defineModule({
  name: 'mod_openssl',
  directives,
  keptFiles: (settings) => namedFiles({ settings }),
  check: checkTls,
  start: ({ server, settings, self }): State => {
    const policy = new TlsPolicy(server, settings, self.index);
    server.services.set(tlsService, policy);
    return { index: self.index, policy };
  },
  hooks: {
    uriRaw: tellOfClient,
    requestEnv: tellOfConnection,
    trigger: ({ policy }) => policy.everySecond(),
  },
  explain: ({ connection }, config) =>
    connection.isTls && config['ssl.verifyclient.activate']
      ? [{ text: 'asks for a certificate of the client, and takes the user from it', origin: null }]
      : [],
});

/** Early, so that mod_auth and conditions find REMOTE_USER, and no setting keeps an authority away. */
function tellOfClient(request: RequestState, config: TlsConfig, state: State): HandlerResult {
  const proof = request.server.proofs.textAt(request.targetOriginal);
  if (proof !== undefined) return showProof(request, proof);
  if (config['ssl.verifyclient.activate']) tellOfConnection(request, config, state);
  return HandlerResult.goOn;
}

/** What an authority asks for is not told from host to host: it alone knows the path (RFC 8555, 8.3). */
function showProof(request: RequestState, text: string): HandlerResult {
  request.responseHeaders.set('Content-Type', 'application/octet-stream');
  request.responseBody.append(text);
  request.responseBody.finish();
  return answerError(request, 200);
}

function tellOfConnection(request: RequestState, config: TlsConfig, { index }: State): void {
  const session = (request.connection.moduleData[index] as Handshake | undefined)?.session;
  if (!session || request.moduleData[index] === true) return;
  request.moduleData[index] = true;
  setCipherVariables(request, session);
  if (config['ssl.verifyclient.activate']) setClientVariables(request, session, config);
}
