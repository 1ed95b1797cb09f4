import { describe, expect, it } from 'vitest';
import { expectNoSecrets } from './leaks.ts';

const password = 'p"ss\\wörd-42';

describe('the search for secrets', () => {
  it.each([
    ['plain', `login with ${password}`],
    ['in JSON', JSON.stringify({ password })],
    ['in a URL', `https://host/?p=${encodeURIComponent(password)}`],
    ['in Base64', `Basic ${Buffer.from(password).toString('base64')}`],
    ['in the bytes of a file', Buffer.from(`\0${password}\0`).toString('latin1')],
  ])('finds one that stands there %s', (_how, content) => {
    const search = () => expectNoSecrets([{ where: 'the log', content }], { password });

    expect(search).toThrow('password in the log');
    expect(search).not.toThrow(password);
  });

  it('is content when there is none', () => {
    expect(() => expectNoSecrets([{ where: 'the log', content: 'all well' }], { password })).not.toThrow();
  });
});
