import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useId, useRef, useState } from 'react';
import type { AccountView, PluginDeclaration } from '../api/types.ts';
import { pluginFieldErrors } from '../connection-form/field-errors.ts';
import { SettingsForm } from '../connection-form/settings-form.tsx';
import { Caveats } from '../ui/caveats.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Tiles } from '../ui/tiles.tsx';
import { useFocusOnError } from '../ui/use-focus-on-error.ts';
import { ExternalAccountPaste } from './external-account-paste.tsx';
import { type AccountFamily, FAMILY_WORDS } from './families.ts';
import { type Offer, offerFor, useOffers } from './offers.ts';
import { TestResult } from './test-result.tsx';
import { type AccountDraft, useSaveAccount, useTestDraft } from './use-account.ts';

interface AccountFormProps {
  readonly family: AccountFamily;
  readonly plugins: readonly PluginDeclaration[];
  readonly stored: AccountView | null;
  readonly onSaved: (account: AccountView) => void;
  readonly onLeave: () => void;
}

/** One shared issuer or DNS account: which, the fields it needs, and a test that shows what came back. */
export function AccountForm({ family, plugins, stored, onSaved, onLeave }: AccountFormProps) {
  const offers = useOffers(plugins);
  const [draft, setDraft] = useState<AccountDraft>(() => draftOf(stored));
  const [offer, setOffer] = useState(() => stored && offerFor(offers, stored.plugin, stored.settings));
  const save = useSaveAccount(family, stored);
  const test = useTestDraft(family, stored);
  const { part } = draft;
  const error = save.error ?? test.error;
  const form = useRef<HTMLFormElement>(null);
  useFocusOnError(form, error);
  const choose = (key: string) => {
    const chosen = offers.find((one) => one.key === key);
    if (!chosen) return;
    setOffer(chosen);
    setDraft({ name: nameFor(draft.name, offer, chosen), part: partFor(chosen) });
    save.reset();
    test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // In a dialog over another form, whose submit it is not.
    event.stopPropagation();
    save.mutate(draft, { onSuccess: onSaved });
  };
  return (
    <form ref={form} onSubmit={submit} className="fields" aria-label={FAMILY_WORDS[family].one} noValidate>
      <Tiles label={FAMILY_WORDS[family].tiles} tiles={offers} value={offer?.key ?? null} onChange={choose} />
      {offer && (
        <>
          <TextInput
            label="Name"
            description="As you want to choose it for connections."
            required
            value={draft.name}
            error={nameError(error)}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          <AccountFields
            offer={offer}
            draft={draft}
            stored={stored}
            error={error}
            onChange={(settings) => setDraft((now) => ({ ...now, part: { ...now.part, settings } }))}
          />
          <Caveats caveats={offer.plugin.caveats} />
        </>
      )}
      {error && <ProblemNote error={error} />}
      {test.data && <TestResult view={test.data} />}
      <Group gap="xs" justify="flex-end">
        <Button variant="default" onClick={onLeave}>
          Leave it
        </Button>
        <Button variant="default" disabled={!offer} loading={test.isPending} onClick={() => test.mutate(part)}>
          Test
        </Button>
        <Button type="submit" disabled={!offer} loading={save.isPending}>
          Save
        </Button>
      </Group>
    </form>
  );
}

interface AccountFieldsProps {
  readonly offer: Offer;
  readonly draft: AccountDraft;
  readonly stored: AccountView | null;
  readonly error: Error | null;
  readonly onChange: (settings: AccountDraft['part']['settings']) => void;
}

function AccountFields({ offer, draft: { part }, stored, error, onChange }: AccountFieldsProps) {
  const id = useId();
  const { plugin, preset } = offer;
  const secretsSet = stored?.plugin === plugin.id ? stored.secretsSet : [];
  if (Object.keys(plugin.settings.properties).length === 0) {
    return <Text className="quiet">It needs no settings.</Text>;
  }
  return (
    <Stack gap="sm">
      {preset?.externalAccount !== undefined && (
        <ExternalAccountPaste
          source={preset.externalAccount}
          onFound={(found) => onChange({ ...part.settings, ...found })}
        />
      )}
      <SettingsForm
        key={offer.key}
        plugin={plugin}
        id={id}
        settings={part.settings}
        secretsSet={secretsSet}
        asked={offer.asked}
        fixed={offer.fixed}
        errors={pluginFieldErrors(error, plugin)}
        onChange={onChange}
      />
    </Stack>
  );
}

function draftOf(stored: AccountView | null): AccountDraft {
  if (stored === null) return { name: '', part: { plugin: '', settings: {}, credential: null, account: null } };
  const { name, plugin, settings, credential } = stored;
  return { name, part: { plugin, settings, credential, account: null } };
}

function partFor({ plugin, preset }: Offer): AccountDraft['part'] {
  return { plugin: plugin.id, settings: { ...preset?.settings }, credential: null, account: null };
}

/** A name that was typed stays; one that came from a tile follows the tile. */
function nameFor(name: string, before: Offer | null, now: Offer): string {
  return name === '' || name === before?.title ? now.title : name;
}

function nameError(error: Error | null): string | undefined {
  const said = /^name: (.+)$|^(There is ".+" already.*)$/s.exec(error?.message ?? '');
  return said?.[1] ?? said?.[2];
}
