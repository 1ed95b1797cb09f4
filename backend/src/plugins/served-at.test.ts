import { expect, test } from 'vitest';
import { endpointsOf } from './served-at.ts';

test.each([
  ['www.example.com:443', { host: 'www.example.com', port: 443, serverName: 'www.example.com' }],
  ['192.0.2.7:8443  www.example.com', { host: '192.0.2.7', port: 8443, serverName: 'www.example.com' }],
  ['[2001:db8::7]:443', { host: '2001:db8::7', port: 443, serverName: '2001:db8::7' }],
])('%j is an endpoint', (line, endpoint) => {
  expect(endpointsOf([line])).toEqual([endpoint]);
});

test.each(['www.example.com', 'https://www.example.com', 'a:0', 'a:70000', '2001:db8::7:443', '[www]:443', 'a:1 b c'])(
  '%j is none, and is quoted',
  (line) => {
    expect(() => endpointsOf([line])).toThrow(`"${line}" is not host:port`);
  },
);
