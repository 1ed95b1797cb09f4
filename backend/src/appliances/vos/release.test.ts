import { expect, test } from 'vitest';
import { isBefore, isWithin, releaseOf } from './release.ts';

test.each([
  ['14.0.1.10000-20', { major: 14, su: 0 }],
  ['14.0.1.11900-132', { major: 14, su: 1 }],
  ['14.0.1.13900-155', { major: 14, su: 3 }],
  ['15.0.1.10000-32', { major: 15, su: 0 }],
  ['15.0.1.12900-234', { major: 15, su: 2 }],
  ['12.5.1.18900-40', { major: 12, su: 8 }],
  ['unknown', null],
])('%s', (version, release) => {
  expect(releaseOf(version)).toEqual(release);
});

test('releases are ordered by their numbers', () => {
  expect(isBefore({ major: 14, su: 9 }, { major: 15, su: 0 })).toBe(true);
  expect(isBefore({ major: 14, su: 2 }, { major: 14, su: 2 })).toBe(false);
});

test.each([
  [{ major: 14, su: 0 }, false],
  [{ major: 14, su: 1 }, true],
  [{ major: 15, su: 0 }, false],
  [null, true],
])('%j is from 14SU1 and before 15: %s', (release, is) => {
  expect(isWithin(release, { from: { major: 14, su: 1 }, before: { major: 15, su: 0 } })).toBe(is);
});
