import { expect, test } from 'vitest';
import type { CaaRecord } from '../dns/resolver.ts';
import { judgeCaa } from './caa-check.ts';

const OURS = ['ca.test'];

test.each<[string, string, string[], string[], string, string]>([
  ['no records', 'a.test', [], OURS, 'ok', 'no restriction'],
  ['a record for this CA', 'a.test', ['issue CA.test; policy=ev'], OURS, 'ok', 'allows ca.test'],
  ['a record for another CA', 'a.test', ['issue other.test'], OURS, 'block', 'allows only other.test, not this CA'],
  ['a record for nobody', 'a.test', ['issue ;'], OURS, 'block', 'allows only nobody, not this CA'],
  ['a CA that does not say who it is', 'a.test', ['issue x.test'], [], 'skipped', 'allows x.test; the CA does not say'],
  ['what is for wildcards alone', 'a.test', ['issuewild ;'], OURS, 'ok', 'no restriction'],
  ['a wildcard without issuewild', '*.a.test', ['issue other.test'], OURS, 'block', 'allows only other.test'],
  ['a wildcard that issuewild allows', '*.a.test', ['issue ;', 'issuewild ca.test'], OURS, 'ok', 'allows ca.test'],
  ['a wildcard that issuewild forbids', '*.a.test', ['issue ca.test', 'issuewild ;'], OURS, 'block', 'only nobody'],
])('%s', (_what, name, records, identities, outcome, answer) => {
  const finding = judgeCaa(name, records.map(caa), identities);

  expect(finding).toMatchObject({ id: `caa.${name}`, outcome, answer: expect.stringContaining(answer) });
});

test('the record to add has the tag that counts', () => {
  const { todo } = judgeCaa('*.a.test', [caa('issuewild ;')], OURS);

  expect(todo).toBe('Add a CAA record "issuewild ca.test".');
});

function caa(text: string): CaaRecord {
  const [tag = '', ...value] = text.split(' ');
  return { tag, value: value.join(' '), critical: false, owner: 'a.test' };
}
