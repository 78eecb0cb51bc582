/**
 * What an authority wants to be shown before it certifies a name: a text at a path (http-01: RFC 8555, 8.3), or a
 * certificate in a handshake (tls-alpn-01: RFC 8737). Plain data, so that it travels between processes.
 */
export type NameProof =
  | { readonly type: 'http-01'; readonly token: string; readonly keyAuthorization: string }
  | {
      readonly type: 'tls-alpn-01';
      readonly name: string;
      /** PEM, both. */
      readonly certificate: string;
      readonly key: string;
    };

export type ProofCertificate = Extract<NameProof, { type: 'tls-alpn-01' }>;

const pathStart = '/.well-known/acme-challenge/';

/** The proofs that are wanted just now, in one worker; there are some for moments only. */
export class NameProofs {
  private readonly texts = new Map<string, string>();
  private readonly certificates = new Map<string, ProofCertificate>();

  /** These are all there are now. */
  replace(proofs: readonly NameProof[]): void {
    this.texts.clear();
    this.certificates.clear();
    for (const proof of proofs) {
      if (proof.type === 'http-01') this.texts.set(proof.token, proof.keyAuthorization);
      else this.certificates.set(proof.name, proof);
    }
  }

  /** The text at the target of a request; undefined where none is wanted there. */
  textAt(target: string): string | undefined {
    if (this.texts.size === 0 || !target.startsWith(pathStart)) return undefined;
    return this.texts.get(target.slice(pathStart.length));
  }

  certificateFor(name: string): ProofCertificate | undefined {
    return this.certificates.get(name);
  }
}
