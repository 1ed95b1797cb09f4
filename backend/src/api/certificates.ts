import { type Request, type Response, Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import type { CertificateChain } from '../domain/certificate.ts';
import { chainPems } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import { isPracticeIssuer } from '../issuers/acme/traits.ts';
import type { Facts } from '../renewal/facts.ts';
import type { CertificateRow } from '../store/certificates.ts';
import type { Store } from '../store/store.ts';
import * as contract from './contract/lists.ts';
import { authorityOf, needs } from './guard.ts';
import { certificateView } from './served.ts';

/** What was issued, and its PEM texts. Private keys are never among them: see certificate-actions.ts. */
export function certificatesRouter({ store }: App): Router {
  const router = Router();

  router.get('/', needs('viewer'), async (req, res) => {
    const { page, limit, ...filter } = contract.certificateListQuery.parse(req.query);
    const offset = (page - 1) * limit;
    const within = await visibleConnectionIds(store, authorityOf(res));
    const { rows, total } = await store.certificates.page({ ...filter, within, offset, limit });
    const next = offset + rows.length < total && rows.length > 0 ? page + 1 : null;
    res.json({ items: rows.map(certificateItem), total, next } satisfies contract.CertificateList);
  });

  router.get('/:sha256', needs('viewer'), async (req, res) => {
    const { row, chain } = await issued(store, req, res);
    res.json({
      ...certificateItem(row),
      chain: chainPems(chain).map(certificateView),
    } satisfies contract.CertificateDetail);
  });

  router.get('/:sha256/pem', needs('viewer'), async (req, res) => {
    const { part } = contract.pemQuery.parse(req.query);
    const { row, chain } = await issued(store, req, res);
    res
      .type('application/pem-certificate-chain')
      .attachment(fileName(row, `-${part}.pem`))
      .send(PARTS[part](chain));
  });

  return router;
}

/** Without the root: who trusts it has it. */
const PARTS: Readonly<Record<(typeof contract.CERTIFICATE_PARTS)[number], (chain: CertificateChain) => string>> = {
  leaf: ({ leafPem }) => leafPem,
  chain: ({ intermediatesPem }) => intermediatesPem.join(''),
  fullchain: (chain) => chainPems({ ...chain, rootPem: null }).join(''),
};

function certificateItem(row: CertificateRow): contract.CertificateItem {
  return { ...row, practice: isPracticeIssuer(row.issuer) };
}

/** `cucm-pub.example.com-2026-11-22-fullchain.pem` */
export function fileName({ dnsNames, subject, notBefore }: CertificateRow, ending: string): string {
  const name = (dnsNames[0] ?? subject).replace('*', '_').replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return `${name}-${notBefore.slice(0, 10)}${ending}`;
}

export interface Issued {
  readonly row: CertificateRow;
  readonly chain: CertificateChain;
}

/** @throws AppError NOT_FOUND, also for what is not seen */
export async function issued(store: Store, req: Request<{ sha256: string }>, res: Response): Promise<Issued> {
  const sha256 = contract.sha256.parse(req.params.sha256);
  const row = await store.certificates.get(sha256);
  const within = await visibleConnectionIds(store, authorityOf(res));
  const isSeen = row !== undefined && (within?.includes(row.connectionId) ?? true);
  const renewal = isSeen ? await store.renewals.get(row.renewalId) : undefined;
  const { chain = await keptChain(store, row) } = (renewal?.facts ?? {}) as Partial<Facts>;
  if (!row || !isSeen || !chain) throw new AppError('NOT_FOUND', `No certificate ${sha256} was issued here.`);
  return { row, chain };
}

/** What retention leaves of it when its renewal is forgotten: the ledger has the chain of the last one. */
async function keptChain({ issuances }: Store, row: CertificateRow | undefined): Promise<CertificateChain | undefined> {
  const last = row && (await issuances.last(row.connectionId));
  return last?.certificate.sha256 === row?.sha256 ? last?.chain : undefined;
}
