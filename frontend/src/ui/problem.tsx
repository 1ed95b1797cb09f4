import { Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../api/api-error.ts';
import { EvidenceBlock } from './evidence.tsx';

/** An error of a request: what happened, to what, and what to do about it. */
export function ProblemNote({ error }: { readonly error: Error }) {
  const problem = error instanceof ApiError ? error.problem : null;
  return (
    <div className="note" data-tone="person" role="alert">
      <Stack gap={4}>
        <span className="state" data-tone="person">
          <IconAlertTriangle size={16} aria-hidden /> {problem?.title ?? 'The daemon does not answer'}
        </span>
        <Text>{problem?.detail ?? 'What you asked for may or may not have been done.'}</Text>
        <Text className="quiet">{problem?.action ?? 'Look whether the daemon runs, then try again.'}</Text>
        {problem?.evidence && <EvidenceBlock evidence={problem.evidence} />}
      </Stack>
    </div>
  );
}
