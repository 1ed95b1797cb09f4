import { Router } from 'express';
import { ERRORS } from '../domain/errors.ts';
import { OUTCOME_WORDS } from '../renewal/sentences.ts';
import { steps } from '../renewal/steps/index.ts';
import { VERSION } from '../version.ts';
import type { WordsView } from './contract.ts';
import { needs } from './guard.ts';

/** The words of this version for what it sends by name: asked for once by a user interface. */
export function wordsRouter(): Router {
  const router = Router();
  router.get('/', needs('login'), (_req, res) => {
    res.json(words());
  });
  return router;
}

function words(): WordsView {
  return {
    version: VERSION,
    steps: Object.values(steps).map(({ name, title }) => ({ name, title })),
    outcomes: OUTCOME_WORDS,
    errors: Object.fromEntries(Object.entries(ERRORS).map(([code, { title, action }]) => [code, { title, action }])),
  };
}
