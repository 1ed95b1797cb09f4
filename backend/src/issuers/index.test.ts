import { expect, it } from 'vitest';
import { issuerPlugin, issuerPlugins } from './index.ts';

it('finds each issuer by its id', () => {
  expect(issuerPlugins.map(({ id }) => issuerPlugin(id))).toEqual(issuerPlugins);
});

it('names those that exist when asked for another', () => {
  expect(() => issuerPlugin('acmee')).toThrow(
    expect.objectContaining({ code: 'INVALID_SETTINGS', message: expect.stringContaining('acme') }),
  );
});
