import { Router } from 'express';
import type { CreatedToken } from '../access/tokens.ts';
import type { App } from '../app.ts';
import type { ApiToken } from '../store/access.ts';
import * as contract from './contract/access.ts';
import { id } from './contract.ts';
import { authorityOf, needs } from './guard.ts';
import { tagOfToken } from './tags.ts';

export function tokensRouter({ access, store }: App): Router {
  const router = Router();
  const { tokens } = access;

  router.get('/', needs('admin'), async (_req, res) => {
    res.json((await store.access.tokens.all()).map(tokenView));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const created = await tokens.create(contract.newToken.parse(req.body), authorityOf(res).actor);
    res.status(201).set('cache-control', 'no-store').json(newTokenView(created));
  });

  router.get('/:id', needs('admin'), async (req, res) => {
    res.json(tokenView(await tokens.existing(id.parse(req.params.id))));
  });

  router.post('/:id/successor', needs('admin'), async (req, res) => {
    const { oldUntil, expiresInDays } = contract.tokenRotation.parse(req.body);
    const created = await tokens.rotate(id.parse(req.params.id), oldUntil, expiresInDays, authorityOf(res).actor);
    res.status(201).set('cache-control', 'no-store').json(newTokenView(created));
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    await tokens.revoke(id.parse(req.params.id), authorityOf(res).actor);
    res.status(204).end();
  });

  return router;
}

function newTokenView({ token, secret }: CreatedToken): contract.NewTokenView {
  return { ...tokenView(token), token: secret.reveal() };
}

function tokenView({ hash: _, ...token }: ApiToken): contract.TokenView {
  return { ...token, tag: tagOfToken(token) };
}
