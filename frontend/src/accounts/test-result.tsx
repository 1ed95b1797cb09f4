import { Text } from '@mantine/core';
import type { AccountTestView } from '../api/types.ts';
import { Findings } from '../connections/findings.tsx';

/** What came back from a test. */
export function TestResult({ view }: { readonly view: AccountTestView }) {
  const { outcome, findings, zones } = view;
  return (
    <section
      aria-label="What came back"
      className="note"
      data-tone={outcome === 'block' ? 'person' : 'plain'}
      aria-live="polite"
    >
      <Text fw={550} mb={4}>
        {outcome === 'block' ? 'It does not work as it is.' : 'It works.'}
      </Text>
      <Findings findings={findings} />
      {zones !== null && zones.length > 0 && (
        <Text className="quiet" mt={4}>
          Names in {zones.length === 1 ? 'this zone' : 'these zones'} can be proved with it:{' '}
          <span className="mono">{zones.join(', ')}</span>
        </Text>
      )}
    </section>
  );
}
