import { Stack, Text } from '@mantine/core';
import { usePlugins } from '../api/queries.ts';
import { Loaded } from '../ui/loading.tsx';
import { ChannelsPanel } from './channels-panel.tsx';
import { DeliveriesPanel } from './deliveries-panel.tsx';
import { RulesPanel } from './rules-panel.tsx';
import './notifications.css';

/** Who is told when something needs a person, of what, and what became of the last messages. */
// biome-ignore lint/style/noDefaultExport: React.lazy takes the default export
export default function Notifications() {
  return (
    <Loaded query={usePlugins()}>
      {({ notifier }) => (
        <Stack gap="md">
          <Text className="quiet">
            Once when something begins to be the matter, once when it is over, and in between reminders after a day,
            three days, and weekly. What goes well is told only to those who ask for it.
          </Text>
          <ChannelsPanel plugins={notifier} />
          <RulesPanel />
          <DeliveriesPanel />
        </Stack>
      )}
    </Loaded>
  );
}
