import { Router } from 'express';
import { expect, it } from 'vitest';
import { needs } from './guard.ts';
import { refuseUndeclared, routesOf } from './route-table.ts';

function nested(): Router {
  const inner = Router();
  inner.get('/fine', needs('viewer'), (_req, res) => void res.json({}));
  inner.post(['/one', '/:id/two'], needs('admin'), (_req, res) => void res.json({}));
  const outer = Router();
  outer.use('/deep', Router().use('/er', inner));
  return outer;
}

it('lists every route with its whole path and what it needs', () => {
  expect(routesOf(nested(), '/api/v1')).toEqual([
    { method: 'GET', path: '/api/v1/deep/er/fine', need: { role: 'viewer', concerns: 'connections' } },
    { method: 'POST', path: '/api/v1/deep/er/one', need: { role: 'admin', concerns: 'installation' } },
    { method: 'POST', path: '/api/v1/deep/er/:id/two', need: { role: 'admin', concerns: 'installation' } },
  ]);
});

it('does not take a route that does not say who may call it', () => {
  const router = nested();
  const refuse = () => refuseUndeclared(router, '/api/v1');
  refuse();

  router.use(
    '/more',
    Router().get('/forgotten', (_req, res) => void res.json({})),
  );

  expect(refuse).toThrow('GET /api/v1/more/forgotten does not say who may call it');
});
