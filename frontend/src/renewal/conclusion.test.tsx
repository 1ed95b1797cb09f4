import { describe, expect, it } from 'vitest';
import { keys } from '../api/queries.ts';
import type { DomainEvent, RenewalView } from '../api/types.ts';
import { textOf } from '../testing/rendered.tsx';
import { VIEW, WORDS } from '../testing/samples.ts';
import { Conclusion } from './conclusion.tsx';
import { cleanedUp } from './published.ts';

type Finished = Extract<DomainEvent, { readonly type: 'renewal.finished' }>;

const record = (fqdn: string, more: object = {}) => ({ record: { fqdn, value: 'v' }, ...more });
const FACTS = {
  records: [record('_acme-challenge.a'), record('_acme-challenge.b'), record('_acme-challenge.c', { byHand: true })],
  tokens: [{ token: { dnsName: 'd', token: 't', text: 'x' }, placed: true }],
  cleaned: ['_acme-challenge.a v', 'http://d/.well-known/acme-challenge/t'],
} as unknown as RenewalView['facts'];

function conclusion(view: RenewalView, lastRenewal: string): string {
  const finished = { type: 'renewal.finished', outcome: view.outcome, message: 'It is over.' } as Finished;
  return textOf(<Conclusion view={view} finished={finished} words={WORDS} />, [
    [keys.connection(1), { id: 1, lastRenewal: { id: lastRenewal } }],
    [keys.explanation(1), { connectionId: 1, sentence: 'The schedule tries again at 03:12 UTC.' }],
  ]);
}

describe('how a renewal ended', () => {
  const failed = { ...VIEW, outcome: 'failed', facts: FACTS };

  it('has after a failure what was cleaned up, and when the schedule tries again', () => {
    const text = conclusion(failed, 'r1');

    expect(text).toContain('_acme-challenge.a removed');
    expect(text).toContain('_acme-challenge.b could not be removed');
    expect(text).toContain('_acme-challenge.c was published by hand');
    expect(text).toContain('What comes next The schedule tries again at 03:12 UTC.');
  });

  it('leads to the next renewal where one was begun since', () => {
    const text = conclusion(failed, 'r2');

    expect(text).toContain('There was another renewal since.');
    expect(text).not.toContain('tries again at');
  });

  it('says so when there was nothing to clean up', () => {
    expect(conclusion({ ...failed, facts: {} }, 'r1')).toContain('Nothing had been published.');
  });

  it('has none of this after a success', () => {
    expect(conclusion(VIEW, 'r1')).toBe('Served It is over.');
  });

  it('is marked where a CA for practice signed', () => {
    expect(conclusion({ ...VIEW, practice: true }, 'r1')).toContain('Served staging: nobody trusts its certificates');
  });
});

it('what was published is told apart by what became of it', () => {
  expect(cleanedUp({ facts: FACTS })).toEqual({
    removed: ['_acme-challenge.a', 'http://d/.well-known/acme-challenge/t'],
    left: ['_acme-challenge.b'],
    byHand: ['_acme-challenge.c'],
  });
});
