import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { NotifierView, RuleView } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { useNotifiers, useRules } from './queries.ts';
import { RemoveButton } from './remove-button.tsx';
import { RuleForm } from './rule-form.tsx';

/** Which channel is told of what, in words. */
export function RulesPanel() {
  const notifiers = useNotifiers().data ?? [];
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title="Rules"
      aside={
        !adding && (
          <RoleButton needs="admin" size="xs" disabled={notifiers.length === 0} onClick={() => setAdding(true)}>
            Add a rule
          </RoleButton>
        )
      }
    >
      {adding && (
        <div className="adding">
          <RuleForm notifiers={notifiers} stored={null} onClose={() => setAdding(false)} />
        </div>
      )}
      <Loaded query={useRules()}>
        {(rules) =>
          rules.length === 0 ? (
            !adding && (
              <Empty title="No rules">A new channel brings one: what needs somebody, and when it is over.</Empty>
            )
          ) : (
            <div className="entries">
              {rules.map((rule) => (
                <Rule key={rule.id} rule={rule} notifiers={notifiers} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface RuleProps {
  readonly rule: RuleView;
  readonly notifiers: readonly NotifierView[];
}

function Rule({ rule, notifiers }: RuleProps) {
  const [editing, setEditing] = useState(false);
  const channel = notifiers.find(({ id }) => id === rule.notifierId)?.name ?? '';
  return (
    <section className="entry" aria-label={`${rule.name}: ${channel}`}>
      <div className="entry-words">
        <Text fw={550}>
          {rule.name} → {channel}
        </Text>
        <Text className="quiet">{rule.words}</Text>
      </div>
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
          path={`/notification-rules/${rule.id}`}
          name={rule.name}
          consequence={`${channel} is no longer told of what this rule chose.`}
        />
      </Group>
      {editing && (
        <div className="entry-form">
          <RuleForm notifiers={notifiers} stored={rule} onClose={() => setEditing(false)} />
        </div>
      )}
    </section>
  );
}
