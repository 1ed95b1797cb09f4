import { describe, expect, it } from 'vitest';
import { STEP_NAMES } from '../../backend/src/renewal/step-names.ts';
import type { DomainEvent, StoredEvent } from '../../backend/src/store/events.ts';
import { progressOf, type StepProgress } from '../../frontend/src/renewal/progress.ts';
import { Journey } from '../support/journey.ts';

const renewalId = 'r';

function stored(...events: readonly DomainEvent[]): readonly StoredEvent[] {
  return events.map((event, index) => ({ seq: index + 1, at: `2026-01-01T00:00:0${index}.000Z`, event }));
}

function step(name: string, events: readonly StoredEvent[]): StepProgress | undefined {
  return progressOf(STEP_NAMES, events).steps.find((one) => one.name === name);
}

describe('the progress of a renewal', () => {
  it('shows a failure that is tried again as waiting, with its instant and the time since it first began', () => {
    const failure = { code: 'ISSUER_UNREACHABLE', message: 'no answer' } as const;
    const retryAt = '2026-01-01T00:10:00.000Z';

    const waiting = step(
      'order',
      stored(
        { type: 'step.started', renewalId, step: 'order', attempt: 1 },
        { type: 'step.failed', renewalId, step: 'order', failure, retryAt },
      ),
    );

    expect(waiting).toMatchObject({ state: 'waiting', retryAt, startedAt: '2026-01-01T00:00:00.000Z', failure });
  });

  it('forgets the failure once the step succeeds', () => {
    const failure = { code: 'ISSUER_UNREACHABLE', message: 'no answer' } as const;

    const done = step(
      'order',
      stored(
        { type: 'step.started', renewalId, step: 'order', attempt: 1 },
        { type: 'step.failed', renewalId, step: 'order', failure, retryAt: '2026-01-01T00:10:00.000Z' },
        { type: 'step.started', renewalId, step: 'order', attempt: 2 },
        { type: 'step.finished', renewalId, step: 'order', tookMs: 5, summary: '1 name' },
      ),
    );

    expect(done).toMatchObject({ state: 'done', attempt: 2, failure: null, retryAt: null, line: '1 name' });
  });

  it('shows what is asked and what has to be typed', () => {
    const held = step(
      'activate',
      stored(
        { type: 'step.started', renewalId, step: 'activate', attempt: 1 },
        { type: 'step.held', renewalId, step: 'activate', ask: 'Restart?', confirm: 'cucm-pub' },
      ),
    );

    expect(held).toMatchObject({ state: 'held', ask: 'Restart?', confirm: 'cucm-pub' });
  });

  it('hides the steps that few renewals need until they begin', () => {
    const names = progressOf(STEP_NAMES, []).steps.map(({ name }) => name);

    expect(names).toEqual(STEP_NAMES.filter((name) => !['assess', 'reuse', 'rollBack'].includes(name)));
  });

  it('of a real one that failed names the step that decided it, and what was not run', async () => {
    await using journey = await Journey.start({
      faults: ['dns-servfail-secondary'],
      connection: (input) => ({ ...input, policy: { propagationPatienceSeconds: 1 } }),
    });

    const { events } = await journey.renew();

    const progress = progressOf(STEP_NAMES, events);
    expect(progress.failedStep).toMatchObject({ name: 'propagate', failure: { code: 'DNS_NOT_PROPAGATED' } });
    expect(progress.current).toBe('propagate');
    expect(progress.steps.find(({ name }) => name === 'install')?.state).toBe('skipped');
    expect(progress.steps.at(-1)).toMatchObject({ name: 'assess', state: 'done' });
    expect(progress.finished?.oldStillServed).toBe(true);
  });
});
