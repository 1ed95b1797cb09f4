import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { NotifierView, PluginDeclaration } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { State } from '../words/state.tsx';
import { ChannelForm } from './channel-form.tsx';
import { DELIVERY } from './looks.ts';
import { useNotifiers } from './queries.ts';
import { RemoveButton } from './remove-button.tsx';
import { SendTest } from './send-test.tsx';
import { Tiles } from './tiles.tsx';

interface ChannelsPanelProps {
  readonly plugins: readonly PluginDeclaration[];
}

/** The ways to tell people. */
export function ChannelsPanel({ plugins }: ChannelsPanelProps) {
  const query = useNotifiers();
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title="Channels"
      aside={
        !adding && (
          <RoleButton needs="admin" size="xs" onClick={() => setAdding(true)}>
            Add a channel
          </RoleButton>
        )
      }
    >
      {adding && <AddChannel plugins={plugins} onClose={() => setAdding(false)} />}
      <Loaded query={query}>
        {(notifiers) =>
          notifiers.length === 0 ? (
            !adding && <Empty title="Nobody is told of anything yet">Add a channel, and send a test over it.</Empty>
          ) : (
            <div className="entries">
              {notifiers.map((notifier) => (
                <Channel key={notifier.id} notifier={notifier} plugins={plugins} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

function AddChannel({ plugins, onClose }: ChannelsPanelProps & { readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<PluginDeclaration | null>(null);
  return (
    <div className="adding">
      <Tiles plugins={plugins} chosen={chosen} onChoose={setChosen} />
      {chosen ? (
        <ChannelForm key={chosen.id} plugin={chosen} stored={null} onClose={onClose} />
      ) : (
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
        </Group>
      )}
    </div>
  );
}

interface ChannelProps extends ChannelsPanelProps {
  readonly notifier: NotifierView;
}

function Channel({ notifier, plugins }: ChannelProps) {
  const [editing, setEditing] = useState(false);
  const { id, name, enabled, lastNotice } = notifier;
  const plugin = plugins.find((one) => one.id === notifier.plugin);
  const last = lastNotice ? DELIVERY[lastNotice.state] : DELIVERY.none;
  return (
    <section className="entry" aria-label={name}>
      <div className="entry-words">
        <Text fw={550}>{name}</Text>
        <Text className="quiet">{plugin?.title ?? notifier.plugin}</Text>
      </div>
      <State look={enabled ? last : DELIVERY.off} />
      <Group gap="xs">
        <RoleButton
          needs="admin"
          size="xs"
          variant="default"
          onClick={() => setEditing(!editing)}
          aria-expanded={editing}
        >
          Edit
        </RoleButton>
        <RemoveButton
          path={`/notifiers/${id}`}
          name={name}
          consequence="Its settings, its secrets, its rules and its messages are deleted."
        />
      </Group>
      <div className="entry-form">
        {editing && plugin ? (
          <ChannelForm plugin={plugin} stored={notifier} onClose={() => setEditing(false)} />
        ) : (
          <SendTest path={`/notifiers/${id}/test`} body={{}} />
        )}
      </div>
    </section>
  );
}
