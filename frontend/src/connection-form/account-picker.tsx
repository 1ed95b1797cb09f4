import { Button, Group, Modal, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { AccountForm } from '../accounts/account-form.tsx';
import { type AccountFamily, FAMILY_WORDS, useAccounts } from '../accounts/families.ts';
import { offerFor, useOffers } from '../accounts/offers.ts';
import type { AccountView, PluginDeclaration, PluginView } from '../api/types.ts';
import { Caveats } from '../ui/caveats.tsx';
import { Practice } from '../ui/practice.tsx';
import { Tiles } from '../ui/tiles.tsx';
import { type PartDraft, part, shared } from './draft.ts';
import { pluginFieldErrors } from './field-errors.ts';
import { SettingsForm } from './settings-form.tsx';

export interface AccountPickerProps {
  readonly family: AccountFamily;
  readonly label: string;
  /** Tells several on one page apart. */
  readonly id: string;
  readonly plugins: readonly PluginDeclaration[];
  readonly draft: PartDraft;
  readonly stored: PluginView | null;
  readonly error: Error | null;
  readonly onChange: (draft: PartDraft) => void;
}

/** Settings of the connection alone, as a value of the list. */
const OWN = 'own';
const NONE: readonly AccountView[] = [];

/** A shared account, a new one that is saved as shared, or settings of this connection alone. */
export function AccountPicker(props: AccountPickerProps) {
  const { family, label, plugins, draft, onChange } = props;
  const [isOwn, setOwn] = useState(draft.plugin !== '');
  const [adding, setAdding] = useState(false);
  const accounts = useAccounts(family).data ?? NONE;
  const chosen = accounts.find(({ id }) => id === draft.account);
  const choose = (value: string | null) => {
    setOwn(value === OWN);
    if (value === OWN) onChange(part(''));
    else if (value !== null) onChange(shared(Number(value)));
  };
  return (
    <>
      <Group align="flex-end" gap="xs">
        <Select
          label={label}
          placeholder={accounts.length === 0 ? 'None yet: add one' : 'Choose'}
          miw="min(22rem, 100%)"
          data={[
            ...accounts.map((account) => ({ value: String(account.id), label: labelOf(account) })),
            { value: OWN, label: 'Settings of this connection alone' },
          ]}
          value={draft.account !== null ? String(draft.account) : isOwn ? OWN : null}
          onChange={choose}
          allowDeselect={false}
          comboboxProps={{ withinPortal: true }}
        />
        <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          Add new here
        </Button>
      </Group>
      {chosen?.practice && <Practice long />}
      {draft.account === null && isOwn && <OwnSettings {...props} />}
      <Modal
        opened={adding}
        onClose={() => setAdding(false)}
        title={FAMILY_WORDS[family].add}
        size="xl"
        keepMounted={false}
      >
        <AccountForm
          family={family}
          plugins={plugins}
          stored={null}
          onLeave={() => setAdding(false)}
          onSaved={({ id }) => {
            setAdding(false);
            setOwn(false);
            onChange(shared(id));
          }}
        />
      </Modal>
    </>
  );
}

function labelOf({ name, title, practice }: AccountView): string {
  const service = name.toLowerCase() === title.toLowerCase() ? '' : ` · ${title}`;
  return `${name}${service}${practice ? ' · staging' : ''}`;
}

function OwnSettings({ family, id, plugins, draft, stored, error, onChange }: AccountPickerProps) {
  const offers = useOffers(plugins);
  const [key, setKey] = useState(() => offerFor(offers, draft.plugin, draft.settings)?.key ?? null);
  const offer = offers.find((one) => one.key === key);
  const choose = (next: string) => {
    const found = offers.find((one) => one.key === next);
    setKey(next);
    if (found) onChange(part(found.plugin.id, { ...found.preset?.settings }));
  };
  return (
    <>
      <Tiles label={FAMILY_WORDS[family].tiles} tiles={offers} value={key} onChange={choose} />
      {offer && Object.keys(offer.plugin.settings.properties).length > 0 && (
        <SettingsForm
          key={offer.key}
          plugin={offer.plugin}
          id={id}
          settings={draft.settings}
          secretsSet={stored?.plugin === offer.plugin.id ? stored.secretsSet : []}
          asked={offer.asked}
          fixed={offer.fixed}
          errors={pluginFieldErrors(error, offer.plugin)}
          onChange={(settings) => onChange({ ...draft, settings })}
        />
      )}
      {offer && <Caveats caveats={offer.plugin.caveats} />}
    </>
  );
}
