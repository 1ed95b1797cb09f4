import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { keys } from '../api/queries.ts';
import type { ExpiryMark, NeedItem } from '../api/types.ts';
import { ExpiryPanel } from '../dashboard/expiry-panel.tsx';
import { NeedsYou } from '../dashboard/needs-you.tsx';
import { RenewalTable } from '../renewal/renewal-table.tsx';
import { RenewalTitle } from '../renewal/renewal-title.tsx';
import { type Answers, htmlOf } from '../testing/rendered.tsx';
import { certificate, RENEWAL, VIEW } from '../testing/samples.ts';
import { CertificateFacts } from './certificate-facts.tsx';

const ITEM = { id: 1, name: 'cucm-hq', slot: 'tomcat', standing: 'failed', lastRenewal: RENEWAL, incomplete: [] };
const LANE = { product: 'vos/cucm', title: 'Cisco CUCM', total: 1, expired: 0, later: 0, days: [] };
const NOW = '2026-11-22T02:00:00.000Z';

function expiry(practice: boolean): ReactNode {
  const ends = { notAfter: '2027-01-30T00:00:00.000Z', dueAt: null, automatic: true };
  const mark: ExpiryMark = { connectionId: 1, name: 'cucm-hq', product: LANE.product, ...ends, practice };
  return <ExpiryPanel expiry={{ days: 100, lanes: [LANE], marks: [mark], complete: true }} at={NOW} />;
}

interface Place {
  readonly where: string;
  readonly node: (practice: boolean) => ReactNode;
  readonly answers?: (practice: boolean) => Answers;
}

const PLACES: readonly Place[] = [
  { where: 'a table of renewals', node: (practice) => <RenewalTable renewals={[{ ...RENEWAL, practice }]} /> },
  {
    where: 'the title of a renewal',
    node: () => <RenewalTitle id="r1" />,
    answers: (practice) => [[keys.renewal('r1'), { ...VIEW, practice }]],
  },
  {
    where: 'what needs somebody',
    node: (practice) => (
      <NeedsYou needs={{ total: 1, items: [{ ...ITEM, practice, why: null } as unknown as NeedItem] }} leftovers={0} />
    ),
  },
  { where: 'the expiry of all', node: expiry },
  { where: 'a certificate', node: (practice) => <CertificateFacts certificate={certificate({ practice })} /> },
];

describe('what a CA for practice signs', () => {
  it.each(PLACES)('is marked in $where, and nothing else is', ({ node, answers }) => {
    expect(htmlOf(node(true), answers?.(true))).toMatch(/staging/);
    expect(htmlOf(node(false), answers?.(false))).not.toMatch(/staging/);
  });
});
