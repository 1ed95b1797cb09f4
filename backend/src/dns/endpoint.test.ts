import { expect, test } from 'vitest';
import { formatEndpoint, parseEndpoint } from './endpoint.ts';

test.each([
  ['192.0.2.1', { address: '192.0.2.1', port: 53 }],
  ['192.0.2.1:5353', { address: '192.0.2.1', port: 5353 }],
  ['2001:db8::1', { address: '2001:db8::1', port: 53 }],
  ['[2001:db8::1]:5353', { address: '2001:db8::1', port: 5353 }],
  ['[fe80::1%eth0]:53', { address: 'fe80::1%eth0', port: 53 }],
  ['lab:5353', { address: 'lab', port: 5353 }],
])('%s is read', (text, endpoint) => {
  expect(parseEndpoint(text)).toEqual(endpoint);
});

test.each(['', ':53', '192.0.2.1:0', '192.0.2.1:65536', 'a:b', '2001:db8::1::2'])('"%s" is refused', (text) => {
  expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
});

test('what is written can be read again', () => {
  const endpoint = { address: '2001:db8::1', port: 53 };

  expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
});
