import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Panel } from '../ui/panel.tsx';

/** An empty installation says what to do, in order. */
export function FirstMinute() {
  return (
    <Panel title="Nothing to look after yet">
      <Stack gap="sm" align="flex-start">
        <Text>Three things make a connection, and one page asks for all of them:</Text>
        <ol className="chain">
          <li>the appliance: its address, an account, and which of its certificates and keys to trust;</li>
          <li>the CA that signs, for example Let’s Encrypt or a private one;</li>
          <li>the DNS service that proves the names.</li>
        </ol>
        <Text className="quiet">
          A dry run then looks at all three and changes nothing. To practise first, without any appliance:{' '}
          <code className="mono">npm run lab</code>.
        </Text>
        <Button component={Link} href="/connections/new">
          Add the first connection
        </Button>
      </Stack>
    </Panel>
  );
}
