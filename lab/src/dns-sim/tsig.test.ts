import { describe, expect, test } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { dig, KEY, nsupdate, startWorld, ZONE } from './testing.ts';

const NAME = `_acme-challenge.host.${ZONE}`;
const OTHER_SECRET = 'YW5vdGhlci1zZWNyZXQtYW5vdGhlci1zZWNyZXQtYW4=';

describe.skipIf(missing('nsupdate'))('the signature of an update', () => {
  test.each(['hmac-sha256', 'hmac-sha512'] as const)('is checked and answered with %s', async (algorithm) => {
    const key = { ...KEY, algorithm };
    await using world = await startWorld({ tsig: key });

    const result = await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT signed`], { key });

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual(['signed']);
  });

  test.each([
    { case: 'an unknown key', key: { ...KEY, name: 'other-key' }, said: 'BADKEY' },
    { case: 'another algorithm', key: { ...KEY, algorithm: 'hmac-sha512' }, said: 'BADKEY' },
    { case: 'a wrong secret', key: { ...KEY, secret: OTHER_SECRET }, said: 'BADSIG' },
  ])('with $case is NOTAUTH and $said', async ({ key, said }) => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT no`], { key });

    expect(result.succeeded).toBe(false);
    expect(result.output).toMatch(new RegExp(`NOTAUTH\\(${said}\\)|tsig.*${said}`, 'is'));
    expect(world.sim.txt(NAME)).toEqual([]);
  });

  test('may not be left out', async () => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT no`], { key: null });

    expect(result).toEqual({ succeeded: false, output: expect.stringContaining('update failed: REFUSED') });
    expect(world.sim.txt(NAME)).toEqual([]);
    expect(world.exchanges.count('dns.update')).toBe(0);
  });
});

describe.skipIf(missing('dig'))('the signature of a query', () => {
  const signing = ['-y', `${KEY.algorithm}:${KEY.name}:${KEY.secret}`];

  test.each(['primary', 'secondary', 'resolver', 'parents'] as const)('is answered by %s', async (server) => {
    await using world = await startWorld();

    const output = await dig(world.sim[server], ...signing, ZONE, 'SOA');

    expect(output).toMatch(/status: NOERROR/);
    expect(output).toMatch(/TSIG PSEUDOSECTION/);
    expect(output).not.toMatch(/Couldn't verify/);
  });

  test('of another time is BADTIME, signed, with the time of the server', async () => {
    await using world = await startWorld();
    const now = Math.floor(Date.now() / 1000);

    const output = await dig(world.sim.primary, ...signing, '+fuzztime=1000000000', ZONE, 'SOA');

    const [, error, otherLength, other] =
      /TSIG\s+hmac-sha256\. 1000000000 300 32 \S+ \d+ (\w+) (\d+) ?(\S*)/.exec(output) ?? [];
    expect(output).toMatch(/status: NOTAUTH/);
    expect([error, otherLength]).toEqual(['BADTIME', '6']);
    expect(Buffer.from(other ?? '', 'base64').readUIntBE(0, 6)).toBeGreaterThanOrEqual(now);
  });

  test('leaves room for itself: a signed answer over UDP is truncated before it is too long', async () => {
    await using world = await startWorld();
    for (let index = 0; index < 7; index++) {
      world.sim.add({ name: NAME, type: 'TXT', data: `${index}`.padStart(43, '-') });
    }

    const plain = await dig(world.sim.primary, '+noedns', '+ignore', NAME, 'TXT');
    const signed = await dig(world.sim.primary, '+noedns', '+ignore', ...signing, NAME, 'TXT');

    expect(plain).not.toMatch(/flags:[^;]* tc/);
    expect(signed).toMatch(/flags:[^;]* tc/);
  });
});

describe.skipIf(missing('dig'))('dig', () => {
  test('has nothing to complain about', async () => {
    await using world = await startWorld();

    const outputs = await Promise.all([
      dig(world.sim.primary, '+norecurse', ZONE, 'ANY'),
      dig(world.sim.primary, '+norecurse', '+tcp', '+dnssec', ZONE, 'NS'),
      dig(world.sim.secondary, '+norecurse', `none.${ZONE}`, 'TXT'),
      dig(world.sim.resolver, '.', 'SOA'),
      dig(world.sim.parents, '+norecurse', ZONE, 'NS'),
    ]);

    for (const output of outputs) expect(output).not.toMatch(/WARNING|[Mm]alformed|[Gg]ot bad|Couldn't/);
  });
});
