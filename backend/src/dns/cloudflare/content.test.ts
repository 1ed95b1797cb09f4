import { expect, test } from 'vitest';
import { quote, unquote } from './content.ts';

test.each([
  ['a challenge', 'gfj9Xq-Rg85nM', '"gfj9Xq-Rg85nM"'],
  ['quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
  ['nothing', '', '""'],
  ['more than one string holds', 'x'.repeat(256), `"${'x'.repeat(255)}" "x"`],
])('%s is quoted and read back', (_, value, content) => {
  expect(quote(value)).toBe(content);
  expect(unquote(content)).toBe(value);
});

test('what a person typed without quotes is the value', () => {
  expect(unquote('plain value')).toBe('plain value');
});
