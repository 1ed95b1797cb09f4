import { Table, Text } from '@mantine/core';
import type { DomainEvent, RenewalOutcome, RenewalView, WordsView } from '../api/types.ts';
import { Day } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Practice } from '../ui/practice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { lookOfRenewal } from '../words/judge.ts';
import { State } from '../words/state.tsx';
import { Aftermath } from './aftermath.tsx';
import { lastServed, servedLines } from './served.ts';

interface ConclusionProps {
  readonly view: RenewalView;
  readonly finished: Extract<DomainEvent, { readonly type: 'renewal.finished' }>;
  readonly words: WordsView;
}

/** The end: a sentence, and per endpoint the certificate that was wanted and the one that was seen. */
export function Conclusion({ view, finished, words }: ConclusionProps) {
  return (
    <section className="conclusion" aria-label="How it ended">
      <div>
        <State look={lookOfRenewal(view, words)} /> {view.practice && <Practice long />}
        <Text>{finished.message}</Text>
      </div>
      {UNSUCCESSFUL.includes(finished.outcome) && <Aftermath view={view} />}
      {view.chain.length > 0 && <EndTable view={view} />}
    </section>
  );
}

const UNSUCCESSFUL: readonly RenewalOutcome[] = ['failed', 'installed-not-served', 'rolled-back'];

function EndTable({ view }: { readonly view: RenewalView }) {
  const wanted = view.chain[0]?.sha256 ?? null;
  const lines = servedLines(view, lastServed(view));
  if (lines.length === 0) return null;
  return (
    <Scroll>
      <Table aria-label="Wanted and seen, endpoint by endpoint" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Endpoint</Table.Th>
            <Table.Th>Serves</Table.Th>
            <Table.Th>Seen (SHA-256)</Table.Th>
            <Table.Th>Wanted</Table.Th>
            <Table.Th>Valid until</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ where, word, tone, sha256, notAfter, detail }) => (
            <Table.Tr key={where}>
              <Table.Td className="mono">{where}</Table.Td>
              <Table.Td>
                <State look={{ word, tone }} />
              </Table.Td>
              <Table.Td data-label="Seen">{sha256 === null ? detail : <Fingerprint sha256={sha256} />}</Table.Td>
              <Table.Td data-label="Wanted">{wanted !== null && <Fingerprint sha256={wanted} />}</Table.Td>
              <Table.Td data-label="Valid until">{notAfter !== null && <Day at={notAfter} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
