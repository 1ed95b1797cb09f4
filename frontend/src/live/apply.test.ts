import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { keys } from '../api/queries.ts';
import type { DomainEvent } from '../api/types.ts';
import { applyEvent } from './apply.ts';

const CHANGED: DomainEvent = { type: 'watch.deviates', connectionId: 7, message: 'pub:443 serves another one' };

it('what is served is asked again when the schedule saw it change, and of no other connection', () => {
  const queries = new QueryClient();
  for (const id of [7, 8]) queries.setQueryData(keys.served(id), { wanted: null, endpoints: [] });

  applyEvent(queries, { seq: 1, at: '2026-11-22T02:00:00.000Z', event: CHANGED });

  expect(queries.getQueryState(keys.served(7))?.isInvalidated).toBe(true);
  expect(queries.getQueryState(keys.served(8))?.isInvalidated).toBe(false);
});
