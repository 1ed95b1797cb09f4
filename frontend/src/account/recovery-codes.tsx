import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';

/** The only time that they can be read. */
export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <Stack gap="sm" className="note" data-tone="pending">
      <Text fw={550}>Recovery codes</Text>
      <Text>
        Each lets you in once when your phone is lost. Keep them where your phone is not: they are shown only now.
      </Text>
      <ul className="recovery-codes mono" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group>
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy all'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
