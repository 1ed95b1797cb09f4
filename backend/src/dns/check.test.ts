import { expect, test } from 'vitest';
import { askedIn, policyOfCheck } from './check.ts';
import { DEFAULT_PROPAGATION, type PropagationPolicy } from './resolver.ts';

const policy = (mode: PropagationPolicy['mode'], ...checkResolvers: string[]): PropagationPolicy => {
  return { mode, checkResolvers, waitSeconds: 120 };
};

test.each([
  [null, DEFAULT_PROPAGATION],
  [policy('resolvers', 'a'), policy('resolvers', 'a')],
  [policy('wait-only', 'a'), policy('authoritative', 'a')],
])('a look by hand at %j asks %j', (given, expected) => {
  expect(policyOfCheck(given)).toEqual(expected);
});

test.each([
  [policy('authoritative', 'a'), [], policy('authoritative', 'a')],
  [policy('authoritative', 'a'), ['b'], policy('both', 'b')],
  [policy('resolvers', 'a'), ['b'], policy('resolvers', 'a', 'b')],
  [policy('both', 'a'), ['b'], policy('both', 'a', 'b')],
])('%j with %j as well asks %j', (given, also, expected) => {
  expect(askedIn({ policy: given, also })).toEqual(expected);
});
