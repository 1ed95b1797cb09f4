import { describe, expect, it } from 'vitest';
import type { DomainEvent, StoredEvent } from '../store/events.ts';
import { problemOf, type Subject, successOf } from './messages.ts';
import { wants } from './rules.ts';

/** What people are told of a certificate that is kept for download. */

const subject: Subject = {
  connection: { id: 17, name: 'www.example.com', dnsNames: ['www.example.com'], automatic: true },
  renewal: { id: 'r1', failure: null, failedStep: null, committed: false, notAfter: null, keeps: true },
  nextTry: null,
  publicUrl: 'https://certferry.example.com',
};

describe('a new certificate that is kept', () => {
  const told = successOf(finished('kept', 'Kept for download: AA:BB, valid until 2027-02-20'), subject);

  it('is told as every renewal is, to a rule for this connection that wants successes', () => {
    expect(told).toMatchObject({
      kind: 'renewed',
      severity: 'info',
      subject: 'Renewed: www.example.com',
      body: 'Kept for download: AA:BB, valid until 2027-02-20.',
      connection: { id: 17, name: 'www.example.com' },
      facts: expect.arrayContaining([{ label: 'Renewal', value: 'r1' }]),
    });
    const rule = { minimum: 'critical', kinds: [], includeSuccess: true } as const;
    expect(told && wants({ ...rule, connections: [17] }, told)).toBe(true);
    expect(told && wants({ ...rule, connections: [18] }, told)).toBe(false);
  });
});

describe('one that did not come', () => {
  it('is a warning that speaks of no service', () => {
    const failure = { code: 'CHALLENGE_NOT_PLACED', message: 'Nobody said so.' } as const;
    const renewal = {
      id: 'r1',
      committed: false,
      notAfter: null,
      keeps: true,
      failure,
      failedStep: 'publish',
    } as const;

    const problem = problemOf(finished('failed', 'Nobody said so.'), { ...subject, renewal });

    expect(problem?.message).toMatchObject({ kind: 'failed', severity: 'warning', title: 'No new certificate' });
    expect(problem?.message.body).toContain('Start again, place what is asked for');
    expect(JSON.stringify(problem)).not.toContain('still served');
  });
});

function finished(
  outcome: Extract<DomainEvent, { type: 'renewal.finished' }>['outcome'],
  message: string,
): StoredEvent {
  const event = { type: 'renewal.finished', renewalId: 'r1', connectionId: 17, outcome, message } as const;
  return { seq: 1, at: '2026-11-22T12:00:00.000Z', event: { ...event, oldStillServed: null } };
}
