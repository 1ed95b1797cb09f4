import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { parseNodeCredentials } from './credentials.ts';

test('a password goes on to the end of the line, whatever it holds', () => {
  const text = new Secret('CUCM-sub1.example.com admin  two "blanks" #1 \r\n\n  10.0.0.4\tosadmin\tp:ä=ß\n');

  const accounts = parseNodeCredentials(text);

  expect([...accounts].map(([host, { user, password }]) => [host, user, password.reveal()])).toEqual([
    ['cucm-sub1.example.com', 'admin', ' two "blanks" #1 '],
    ['10.0.0.4', 'osadmin', 'p:ä=ß'],
  ]);
});

test('a line of another form is named by its number, and not shown', () => {
  const text = new Secret('sub1 admin good\nsub2 hunter2\n');

  const parsed = () => parseNodeCredentials(text);

  expect(parsed).toThrow('line 2');
  expect(parsed).not.toThrow('hunter2');
});
