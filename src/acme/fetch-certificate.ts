import acme from 'acme-client';
import { systemErrorText } from '../base/system-error.js';
import { type AcmeSettings, type Challenge, challenges } from '../plugin/acme-settings.js';
import type { NameProof } from '../plugin/name-proofs.js';

/** One certificate to be fetched. */
export interface CertificateOrder {
  readonly settings: AcmeSettings;
  readonly challenge: Challenge;
  readonly hosts: readonly string[];
  /** PEM. The authority knows the account by it, and makes one where it does not. */
  readonly accountKey: string;
}

/** PEM, both; the chain begins with the certificate itself. */
export interface FetchedCertificate {
  readonly key: string;
  readonly chain: string;
}

/** How often, and after how many milliseconds, an authority is asked whether it is done. */
const polling = { backoffAttempts: 20, backoffMin: 1000, backoffMax: 20_000 };

/** What the types leave out. Whoever orders tries again later; a moment's fault is passed over here. */
const { acmeSettings } = acme.axios.defaults as unknown as { acmeSettings: { retryMaxAttempts: number } };
acmeSettings.retryMaxAttempts = 1;

/** The authority could not be reached, or not until the end. */
export class UnreachableError extends Error {}

/**
 * Orders a certificate from an authority (RFC 8555). `prove` gets the proofs that are wanted from then on, and resolves
 * once they are answered. Throws `UnreachableError`, or what the authority says against it.
 */
export async function fetchCertificate(
  order: CertificateOrder,
  prove: (proofs: readonly NameProof[]) => Promise<void>,
): Promise<FetchedCertificate> {
  await reach(order.settings.directory);
  try {
    return await placeOrder(order, prove);
  } catch (error) {
    // that is what the library makes of a connection that breaks
    if (error instanceof TypeError) throw new UnreachableError('the connection to the authority broke off');
    throw error;
  }
}

/** The library does not tell why an authority cannot be reached. */
async function reach(directory: string): Promise<void> {
  try {
    await (await fetch(directory)).arrayBuffer();
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new UnreachableError(
      `${directory}: ${systemErrorText(cause) || (cause as NodeJS.ErrnoException).code}`,
    );
  }
}

async function placeOrder(
  { settings, challenge, hosts, accountKey }: CertificateOrder,
  prove: (proofs: readonly NameProof[]) => Promise<void>,
): Promise<FetchedCertificate> {
  const { directory, contact, externalKeyId, externalKey } = settings;
  const client = new acme.Client({
    directoryUrl: directory,
    accountKey,
    ...polling,
    ...(externalKeyId !== '' && { externalAccountBinding: { kid: externalKeyId, hmacKey: externalKey } }),
  });
  await openAccount(client, contact);
  const proofs = new Map<string, NameProof>();
  const key = await acme.crypto.createPrivateEcdsaKey('P-256');
  const [, csr] = await acme.crypto.createCsr({ altNames: [...hosts] }, key);
  const chain = await client.auto({
    csr,
    challengePriority: [challenge],
    // a server need not reach itself by its public name
    skipChallengeVerification: true,
    challengeCreateFn: async (authorization, offered, keyAuthorization) => {
      const proof = await makeProof(authorization, offered, keyAuthorization);
      proofs.set(offered.url, proof);
      await prove([...proofs.values()]);
    },
    challengeRemoveFn: async (_, offered) => {
      proofs.delete(offered.url);
      await prove([...proofs.values()]);
    },
  });
  return { key: key.toString(), chain };
}

/** Finds the account, or makes one. The manual of the flag says that this agrees to the authority's terms. */
async function openAccount(client: acme.Client, contact: string): Promise<void> {
  try {
    await client.createAccount({
      termsOfServiceAgreed: true,
      ...(contact !== '' && { contact: [`mailto:${contact}`] }),
    });
  } catch (error) {
    // the library tells an account that it finds what is new; authorities may mind that nothing is
    if (!hasAccount(client)) throw error;
  }
}

function hasAccount(client: acme.Client): boolean {
  try {
    return client.getAccountUrl() !== '';
  } catch {
    return false;
  }
}

async function makeProof(
  authorization: acme.Authorization,
  offered: { readonly type: string; readonly token: string },
  keyAuthorization: string,
): Promise<NameProof> {
  const name = authorization.identifier.value;
  if (offered.type === 'http-01') return { type: 'http-01', token: offered.token, keyAuthorization };
  if (offered.type === 'tls-alpn-01') {
    const key = await acme.crypto.createPrivateEcdsaKey('P-256');
    const [, certificate] = await acme.crypto.createAlpnCertificate(authorization, keyAuthorization, key);
    return { type: 'tls-alpn-01', name, certificate: certificate.toString(), key: key.toString() };
  }
  throw new Error(`the authority takes no ${challenges.join(' or ')} for ${name}`);
}
