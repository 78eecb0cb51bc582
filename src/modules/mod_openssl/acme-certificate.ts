import { join } from 'node:path';
import { readWhole } from '../../files/kept-files.js';
import { type Certificate, readCertificate } from './certificate.js';

/** The protocol by which an authority asks for the proof of a name (RFC 8737). */
export const acmeProtocol = 'acme-tls/1';

/**
 * The certificate that proves a name to an authority: `NAME.crt.pem` and `NAME.key.pem` in the folder
 * (mod_openssl_acme_tls_1). Throws `CertificateError`. The name comes from a client, and is no path.
 */
export function readAcmeCertificate(folder: string, name: string): Certificate | null {
  if (name === '' || name.startsWith('.') || name.includes('/')) return null;
  const files = {
    pemfile: join(folder, `${name}.crt.pem`),
    privkey: join(folder, `${name}.key.pem`),
    caFile: null,
  };
  return readCertificate(files, (file) => {
    const content = readWhole(file);
    return typeof content === 'string' ? undefined : content;
  });
}
