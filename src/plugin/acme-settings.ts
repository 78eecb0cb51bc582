import type { FeatureFlags } from './feature-flags.js';

/** The ways to prove a name that the server can answer (RFC 8555, 8.3; RFC 8737). */
export const challenges = ['http-01', 'tls-alpn-01'] as const;
export type Challenge = (typeof challenges)[number];

/** What `ssl.acme` and the flags beside it ask for: plain data, so that it travels between processes. */
export interface AcmeSettings {
  /** Certificates are kept here, and the key of the account. Without a slash at its end. */
  readonly folder: string;
  /** The authority: the URL of its directory (RFC 8555, 7.1.1). */
  readonly directory: string;
  /** A mail address; empty for none. */
  readonly contact: string;
  /** Empty: as the sockets are. */
  readonly challenge: string;
  /** PEM of who certifies the authority's own server; empty where Node.js knows them. */
  readonly caFile: string;
  /** An account that the authority knows already (RFC 8555, 7.3.4); empty for none. */
  readonly externalKeyId: string;
  readonly externalKey: string;
}

/** Null where no certificates are fetched. */
export function readAcmeSettings(features: FeatureFlags): AcmeSettings | null {
  if (!features.bool('ssl.acme', false)) return null;
  return {
    folder: features.text('ssl.acme-folder', '/var/lib/lighttpd/acme').replace(/(?<=.)\/+$/, ''),
    directory: features.text('ssl.acme-directory', 'https://acme-v02.api.letsencrypt.org/directory'),
    contact: features.text('ssl.acme-contact', '').replace(/^mailto:/, ''),
    challenge: features.text('ssl.acme-challenge', ''),
    caFile: features.text('ssl.acme-ca-file', ''),
    externalKeyId: features.text('ssl.acme-external-key-id', ''),
    externalKey: features.text('ssl.acme-external-key', ''),
  };
}

/** Is this a file of the folder that the server fills itself? */
export function isFetched({ folder }: AcmeSettings, pemfile: string): boolean {
  return pemfile.startsWith(`${folder}/`) && !pemfile.slice(folder.length + 1).includes('/');
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?!\\d+$)${label}$`);

/** The hosts of a certificate, as its file is called after them: `a.org,www.a.org.pem`. Null where it is not. */
export function hostsOfPemfile(pemfile: string): string[] | null {
  const base = pemfile.slice(pemfile.lastIndexOf('/') + 1);
  if (!base.endsWith('.pem')) return null;
  const hosts = base.slice(0, -'.pem'.length).split(',');
  return hosts.every((host) => hostName.test(host)) ? hosts : null;
}
