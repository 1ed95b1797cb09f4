import { expect, test } from 'vitest';
import { txtData, txtValue } from './txt-data.ts';

test.each([
  ['"value"', 'value'],
  ['value', 'value'],
  ['"one" "two"', 'onetwo'],
  ['one two', 'onetwo'],
  ['"a space"', 'a space'],
  [String.raw`"a \"word\" and a \\"`, String.raw`a "word" and a \ `.trimEnd()],
  [String.raw`"\065bc"`, 'Abc'],
  ['""', ''],
])('the value of %s is %s', (rrdata, value) => {
  expect(txtValue(rrdata)).toBe(value);
});

test.each(['value', '', 'a "word"', String.raw`back\slash`, 'x'.repeat(600)])('%s survives both ways', (value) => {
  expect(txtValue(txtData(value))).toBe(value);
});

test('a long value is cut into strings of at most 255', () => {
  expect(txtData('x'.repeat(256))).toBe(`"${'x'.repeat(255)}" "x"`);
});
