import { describe, expect, it } from 'vitest';
import { keys } from '../api/queries.ts';
import type { ConnectionView, ServedView } from '../api/types.ts';
import { textOf } from '../testing/rendered.tsx';
import { certificate, endpoint } from '../testing/samples.ts';
import { servedAgainstWanted } from './served-look.ts';
import { ServedPanel } from './served-panel.tsx';

const WANTED = 'aa'.repeat(32);
const OTHER = 'cc'.repeat(32);

function panel(view: ServedView): string {
  return textOf(<ServedPanel connection={{ id: 1 } as ConnectionView} />, [[keys.served(1), view]]);
}

describe('what is served now', () => {
  it('says of each endpoint whether it is what is wanted', () => {
    const text = panel({
      wanted: WANTED,
      endpoints: [
        endpoint('pub'),
        endpoint('sub', { certificate: certificate({ sha256: OTHER }) }),
        endpoint('imp', { certificate: null, detail: 'connection refused' }),
      ],
    });

    expect(text).toContain('Served as wanted pub:443');
    expect(text).toContain('Another one than wanted sub:443');
    expect(text).toContain('No answer imp:443 connection refused');
    expect(text).not.toContain('no endpoint serves it');
  });

  it('names what is wanted where nobody serves it', () => {
    const text = panel({
      wanted: WANTED,
      endpoints: [endpoint('pub', { certificate: certificate({ sha256: OTHER }) })],
    });

    expect(text).toContain('Wanted is AA:AA:AA');
  });

  it('compares with nothing before anything was installed', () => {
    expect(panel({ wanted: null, endpoints: [endpoint('pub')] })).toContain('Nothing is wanted yet pub:443');
  });

  it('shows the chain that is sent, and when somebody looked', () => {
    const chain = [certificate({ subject: 'CN=R11', sha256: OTHER })];
    const at = new Date(Date.now() - 5 * 60_000).toISOString();

    const text = panel({ wanted: WANTED, endpoints: [endpoint('pub', { chain, at }), endpoint('sub')] });

    expect(text).toContain('Sent with it: 1 CA certificate CN=R11 intermediate');
    expect(panel({ wanted: WANTED, endpoints: [endpoint('pub', { at })] })).toContain('looked at 5 minutes ago');
  });

  it('marks a certificate that nobody trusts', () => {
    const staging = endpoint('pub', { certificate: certificate({ practice: true }) });

    expect(panel({ wanted: WANTED, endpoints: [staging] })).toContain('staging: nobody trusts its certificates');
  });
});

describe('served against wanted, in the list', () => {
  const lastSeen = { notAfter: '2027-01-30T00:00:00.000Z', at: '2026-11-22T02:00:00.000Z', answered: 3, endpoints: 3 };
  const wanted = (servedBy: number) => ({ sha256: WANTED, issuer: 'CN=R11', servedBy });

  it.each([
    [wanted(3), lastSeen, { word: '3 of 3', tone: 'served' }],
    [wanted(2), lastSeen, { word: '2 of 3', tone: 'person' }],
    [null, lastSeen, null],
    [wanted(0), null, null],
    [wanted(0), { ...lastSeen, endpoints: 0 }, null],
  ])('of %j and %j is %j', (one, seen, look) => {
    expect(servedAgainstWanted({ wanted: one, lastSeen: seen })).toEqual(look);
  });
});
