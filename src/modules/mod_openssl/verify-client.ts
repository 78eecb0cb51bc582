import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsProfile } from './tls-contexts.js';

/** The largest value of ssl.verifyclient.depth: chains that lead back to themselves end here. */
const depthLimit = 255;

/** What is wrong with a client's certificate. */
export interface VerifyProblem {
  readonly code: string;
  readonly message: string;
  readonly depth: number;
  readonly subject: string;
}

/**
 * Checks what OpenSSL has not been told: how long the chain may be, and who may have signed (verify_callback). Null
 * where nothing is wrong, and where there is no certificate.
 */
export function verifyClient(
  socket: TLSSocket,
  { issuers, authorities }: TlsProfile,
  depthMax: number,
  verifyError: NodeJS.ErrnoException | null,
): VerifyProblem | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  const subject = certificate.subject.replaceAll('\n', ', ');
  if (verifyError !== null)
    return { code: verifyError.code ?? '', message: verifyError.message, depth: 0, subject };
  const depth = chainDepth(certificate, authorities);
  if (depth > depthMax)
    return { code: 'CERT_CHAIN_TOO_LONG', message: 'certificate chain too long', depth, subject };
  if (issuers !== null && !issuers.has(certificate.issuer))
    return { code: 'CERT_REJECTED', message: 'certificate rejected', depth: 0, subject };
  return null;
}

/** How many certificates lead to the authority: those that the client sent, then those that the server knows. */
function chainDepth(certificate: X509Certificate, authorities: readonly X509Certificate[]): number {
  let depth = 0;
  for (let last = certificate; depth <= depthLimit && last.subject !== last.issuer; depth++) {
    const issuer = last.issuerCertificate ?? authorities.find((one) => last.checkIssued(one));
    if (issuer === undefined) break;
    last = issuer;
  }
  return depth;
}
