import { Router } from 'express';
import type { App } from '../app.ts';
import type { AuditHead } from '../store/audit.ts';
import { ChainCheck, type Verified } from '../store/audit-chain.ts';
import type { Store } from '../store/store.ts';
import { wordsOf } from './audit-words.ts';
import * as contract from './contract/audit.ts';
import { needs } from './guard.ts';

/** Rows that are read at a time. */
const PAGE = 500;

/** Who did what, and whether the chain is whole. */
export function auditRouter({ store }: App): Router {
  const router = Router();

  router.get('/', needs('admin'), async (req, res) => {
    const rows = await store.audit.list(contract.auditQuery.parse(req.query));
    res.json(rows.map((row) => ({ ...row, words: wordsOf(row.action) })) satisfies contract.AuditEntryView[]);
  });

  /** JSON lines, the oldest first: whoever has them can check the chain without certferry. */
  router.get('/export', needs('admin'), async (_req, res) => {
    const head = await store.audit.head();
    res.attachment(`certferry-audit-${head?.seq ?? 0}.jsonl`).type('application/jsonl');
    for await (const row of rowsUntil(store, head)) {
      if (res.destroyed) return;
      if (!res.write(`${JSON.stringify(row)}\n`)) await drained(res);
    }
    res.end();
  });

  router.get('/verification', needs('admin'), async (req, res) => {
    const { anchor } = contract.auditVerification.parse(req.query);
    res.json((await verify(store, anchor)) satisfies contract.AuditVerificationView);
  });

  return router;
}

async function verify(store: Store, anchors: readonly AuditHead[]): Promise<Verified> {
  const check = new ChainCheck(anchors);
  for await (const row of rowsUntil(store, await store.audit.head())) check.add(row);
  return check.end();
}

async function* rowsUntil({ audit }: Store, head: AuditHead | null) {
  let after = 0;
  while (head && after < head.seq) {
    const page = await audit.read(after, PAGE);
    if (page.length === 0) return;
    yield* page.filter(({ seq }) => seq <= head.seq);
    after = page.at(-1)?.seq ?? head.seq;
  }
}

function drained(res: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.on('drain', done);
    res.on('close', done);
  });
}
