import { expect, test } from 'vitest';
import { timedOut, transportError } from './transport-error.ts';

test.each([
  ['ENETUNREACH', 'no-route'],
  ['EHOSTUNREACH', 'host'],
  ['EADDRNOTAVAIL', 'no-route'],
  ['EAFNOSUPPORT', 'no-route'],
  ['ECONNREFUSED', 'refused'],
  ['EPERM', 'other'],
])('%s is %s, and is named', (code, kind) => {
  const err = transportError(Object.assign(new Error('connect'), { code }));

  expect(err.kind).toBe(kind);
  expect(err.message).toContain(code);
});

test('a timeout says whether other replies came', () => {
  expect(timedOut(3000, 0).message).toBe('no answer in 3 s');
  expect(timedOut(3000, 2).message).toBe('no answer in 3 s, but 2 that did not belong to the question');
});
