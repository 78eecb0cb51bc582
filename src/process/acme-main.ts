import {
  type CertificateOrder,
  type FetchedCertificate,
  fetchCertificate,
  UnreachableError,
} from '../acme/fetch-certificate.js';
import type { NameProof } from '../plugin/name-proofs.js';
import { becomeForever, type Identity } from './privileges.js';

/** What the supervisor tells this program, once. */
export interface ToAcme {
  readonly order: CertificateOrder;
  readonly identity: Identity | null;
}

/** What it is told: the proofs that are wanted now, each time they change; then one of the others. */
export type FromAcme =
  | { readonly type: 'prove'; readonly proofs: readonly NameProof[] }
  | { readonly type: 'fetched'; readonly certificate: FetchedCertificate }
  | { readonly type: 'failed'; readonly reason: string; readonly isRefusal: boolean };

/** Proofs travel through the supervisor to every worker; what an authority asks for meanwhile, it would not find. */
const travelMs = 1000;

const send = (message: FromAcme): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));

async function prove(proofs: readonly NameProof[]): Promise<void> {
  await send({ type: 'prove', proofs });
  if (proofs.length > 0) await new Promise((resolve) => setTimeout(resolve, travelMs));
}

/** Speaks to the authority, without the rights of root: what it says is read here, and nowhere else. */
async function run({ order, identity }: ToAcme): Promise<void> {
  try {
    if (identity !== null) becomeForever(identity);
    await send({ type: 'fetched', certificate: await fetchCertificate(order, prove) });
  } catch (error) {
    const isRefusal = !(error instanceof UnreachableError);
    await send({ type: 'failed', reason: (error as Error).message, isRefusal });
  }
  process.exit(0);
}

process.once('message', (message) => run(message as ToAcme));
process.on('disconnect', () => process.exit(1));
