import { describe, expect, it } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { Passwords, refuseWeakPassword } from './passwords.ts';

const CHEAP = { ln: 4, r: 8, p: 1 };
const password = new Secret('plum yonder quartz vessel');

describe('a hashed password', () => {
  it('is told from any other, and never hashed to the same twice', async () => {
    const passwords = new Passwords(CHEAP);
    const [first, second] = [await passwords.hash(password), await passwords.hash(password)];

    expect(first).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(first).not.toBe(second);
    expect(await passwords.verify(password, first)).toBe(true);
    expect(await passwords.verify(new Secret('plum yonder quartz Vessel'), first)).toBe(false);
    expect(await passwords.verify(password, null)).toBe(false);
  });

  it('is that of the same text on another keyboard', async () => {
    const passwords = new Passwords(CHEAP);
    const composed = await passwords.hash(new Secret('Schl\u00fcssel und mehr'));

    expect(await passwords.verify(new Secret('Schlu\u0308ssel und mehr'), composed)).toBe(true);
  });

  it('is verified with its own parameters, and known to be outdated under others', async () => {
    const stored = await new Passwords({ ln: 3, r: 8, p: 2 }).hash(password);
    const now = new Passwords(CHEAP);

    expect(await now.verify(password, stored)).toBe(true);
    expect([now.isOutdated(stored), now.isOutdated(await now.hash(password))]).toEqual([true, false]);
  });

  it('costs what OWASP asks for, unless told otherwise', async () => {
    expect(await new Passwords().hash(password)).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
  });
});

describe('a new password', () => {
  it.each([
    ['elevenchars', 'at least 12'],
    ['x'.repeat(257), 'at most 256'],
    ['gunther-meyer', 'user name'],
    ['Gunther-Meyer2026', 'user name'],
    ['abababababab', 'repeats'],
    ['123456789012', 'row'],
    ['qwertyuiopas', 'row'],
    ['ABCDEFGHIJKLM', 'row'],
    ['Password2026', 'first'],
    ['P@ssw0rd!2026!', 'first'],
    ['administrator1', 'first'],
    ['passwordpassword', 'first'],
    ['ciscocisco123', 'first'],
    ['certferry2026', 'first'],
  ])('%s is refused', (text, why) => {
    expect(() => refuseWeakPassword(new Secret(text), 'gunther-meyer')).toThrow(why);
  });

  it.each(['plum yonder quartz vessel', 'kX9-vQ2_mWz7', 'gunther-meyer likes plums', 'ümläüte sind gut'])(
    '%s is taken',
    (text) => {
      expect(() => refuseWeakPassword(new Secret(text), 'gunther-meyer')).not.toThrow();
    },
  );
});
