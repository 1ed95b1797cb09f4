import { Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type ExternalAccount, externalAccountIn } from './external-account.ts';

interface ExternalAccountPasteProps {
  /** Where the CA says how to get it. */
  readonly source: string;
  readonly onFound: (found: ExternalAccount) => void;
}

/** Key identifier and HMAC key in one paste. What was pasted is not kept: it holds a secret. */
export function ExternalAccountPaste({ source, onFound }: ExternalAccountPasteProps) {
  const [state, setState] = useState<'empty' | 'found' | 'unclear'>('empty');
  const take = (text: string) => {
    const found = externalAccountIn(text);
    setState(text.trim() === '' ? 'empty' : found ? 'found' : 'unclear');
    if (found) onFound(found);
  };
  return (
    <div>
      <Textarea
        label="External account binding"
        description="Paste what the CA shows: key identifier and HMAC key together, in whatever form."
        className="mono-input"
        autosize
        minRows={2}
        value=""
        onChange={(event) => take(event.currentTarget.value)}
        error={state === 'unclear' ? 'Both values were not found in it: fill them in below.' : undefined}
      />
      <Text size="xs" className="quiet" aria-live="polite">
        {state === 'found' ? 'Taken over into the two fields below. ' : ''}
        <a href={source} target="_blank" rel="noreferrer">
          Where the CA shows them
        </a>
      </Text>
    </div>
  );
}
