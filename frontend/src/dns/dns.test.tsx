import { describe, expect, it } from 'vitest';
import type { DnsCheckView, RenewalView } from '../api/types.ts';
import { missedRecord } from '../renewal/missed-record.ts';
import { textOf } from '../testing/rendered.tsx';
import { AnswerTable } from './answer-table.tsx';
import { addressOf, questionIn } from './check-address.ts';

type Answer = DnsCheckView['answers'][number];

const ANSWER = {
  server: { name: 'ns1.example.net', address: '203.0.113.5', port: 53 },
  kind: 'authoritative',
  state: 'seen',
  detail: 'shows it',
  values: [],
  soaSerial: 7,
  latencyMs: 3,
} as unknown as Answer;

describe('what each server answers', () => {
  it('has since when it shows the record, where the record is watched', () => {
    const since = new Date().toISOString();

    const watched = textOf(<AnswerTable answers={[{ ...ANSWER, since }]} />);

    expect(watched).toContain('Server Record Since It says');
    expect(watched).toMatch(/seen \d\d:\d\d:\d\d shows it/);
  });

  it('has no such column where somebody looked once', () => {
    expect(textOf(<AnswerTable answers={[ANSWER]} />)).toContain('Server Record It says');
  });
});

describe('the record to look for after a failure', () => {
  const sight = (fqdn: string, value: string, agreed: boolean) => ({
    fqdn,
    zone: 'example.net',
    value,
    answers: [],
    agreed,
  });
  const published = (fqdn: string, value: string, aliases: readonly string[] = []) => ({
    record: { fqdn, value },
    location: { aliases },
  });
  const facts = (part: object) =>
    ({ target: { dnsNames: ['a.example.com'] }, ...part }) as unknown as RenewalView['facts'];

  it('is the first that not everybody showed, from where a CA begins to look', () => {
    const question = missedRecord(
      facts({
        propagation: [sight('_acme-challenge.a.example.com', 'one', true), sight('b.acme.example.net', 'two', false)],
        records: [
          published('_acme-challenge.a.example.com', 'one'),
          published('b.acme.example.net', 'two', ['_acme-challenge.b.example.com']),
        ],
      }),
    );

    expect(question).toEqual({ name: '_acme-challenge.b.example.com', value: 'two' });
    expect(addressOf(question)).toBe('/dns?name=_acme-challenge.b.example.com&value=two');
    expect(questionIn(new URL(`http://host${addressOf(question)}`).searchParams)).toEqual(question);
  });

  it('is whatever is at the first name when nothing was published', () => {
    expect(missedRecord(facts({}))).toEqual({ name: 'a.example.com', value: '' });
  });
});
