import { Router } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import { anonymised } from '../evidence/anonymous.ts';
import { type EvidenceBundle, gatherEvidence } from '../evidence/bundle.ts';
import { evidencePage, PAGE_POLICY } from '../evidence/page.ts';
import * as contract from './contract/evidence.ts';
import { needs } from './guard.ts';

/** Below `/renewals`. Operators and above: it holds what was said to the appliance. */
export function evidenceRouter({ store, recordings, clock }: App): Router {
  const router = Router();

  router.get('/:id/evidence', needs('operator'), async (req, res) => {
    const bundle = await evidenceOf(req.params.id, contract.evidenceQuery.parse(req.query));
    res.attachment(`certferry-evidence-${bundle.renewal.id}.json`).json(bundle);
  });

  router.get('/:id/evidence.html', needs('operator'), async (req, res) => {
    const bundle = await evidenceOf(req.params.id, contract.evidenceQuery.parse(req.query));
    res.set('content-security-policy', PAGE_POLICY).set('cache-control', 'no-store');
    res.type('html').send(evidencePage(bundle));
  });

  async function evidenceOf(id: string, { anonymous }: contract.EvidenceQuery): Promise<EvidenceBundle> {
    const row = await store.renewals.get(id);
    if (!row) throw new AppError('NOT_FOUND', `There is no renewal ${id}.`);
    const gathered = await gatherEvidence({ store, recordings }, row, clock.now());
    return anonymous ? anonymised(gathered) : gathered.bundle;
  }

  return router;
}
