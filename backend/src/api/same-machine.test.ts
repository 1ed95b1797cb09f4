import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { isOfThisMachine } from './same-machine.ts';

function request(ip: string, headers: Readonly<Record<string, string>> = {}, ips: string[] = []) {
  return { ip, ips, get: ((name: string) => headers[name]) as never };
}

const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);

it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', ...own])('%s is this machine', (ip) => {
  expect(isOfThisMachine(request(ip))).toBe(true);
});

it.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '1127.0.0.1', ''])('%s is another one', (ip) => {
  expect(isOfThisMachine(request(ip))).toBe(false);
});

it('what a proxy brings is of whom a trusted proxy names, and of nobody here otherwise', () => {
  const header = { 'x-forwarded-for': '127.0.0.1' };

  expect(isOfThisMachine(request('127.0.0.1', header))).toBe(false);
  expect(isOfThisMachine(request('127.0.0.1', header, ['127.0.0.1']))).toBe(true);
  expect(isOfThisMachine(request('192.0.2.7', header, ['192.0.2.7']))).toBe(false);
});
