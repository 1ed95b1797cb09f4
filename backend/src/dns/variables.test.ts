import { describe, expect, test } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { readVariables } from './variables.ts';

describe('readVariables', () => {
  test('reads lines as people copy them', () => {
    const text = [
      '# from the manual',
      '',
      'PLAIN=a b = c',
      '  export CF_Token="x$y"  ',
      "SINGLE='it''s'",
      'EMPTY=',
      'HALF="open\r',
    ].join('\n');

    expect(readVariables(new Secret(text))).toEqual({
      PLAIN: 'a b = c',
      CF_Token: 'x$y',
      SINGLE: "it''s",
      EMPTY: '',
      HALF: '"open',
    });
  });

  test('no text is no variables', () => {
    expect(readVariables(undefined)).toEqual({});
  });

  test.each([['s3cret'], ['1NAME=s3cret'], ['NA ME=s3cret'], ['NAME=s3cret\0']])(
    'names the line that is wrong, not its content: %j',
    (wrong) => {
      expect(() => readVariables(new Secret(`GOOD=1\n${wrong}`))).toThrow(
        expect.objectContaining({
          code: 'INVALID_SETTINGS',
          message: 'Line 2 of the variables is not of the form NAME=value.',
        }),
      );
    },
  );
});
