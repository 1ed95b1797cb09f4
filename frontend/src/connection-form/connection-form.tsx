import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ApplianceAnswerView, ConnectionView, PluginDeclaration, Plugins } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { useFocusOnError } from '../ui/use-focus-on-error.ts';
import { ApplianceSection, useSecretsSet, whereOf } from './appliance-section.tsx';
import { CertificateSection, type NameSuggestion } from './certificate-section.tsx';
import { type Draft, missingIn } from './draft.ts';
import { DryRunPanel } from './dry-run-panel.tsx';
import { PartSection } from './part-section.tsx';
import { PolicyFields } from './policy-fields.tsx';
import { ProofSection } from './proof-section.tsx';
import { SaveBar } from './save-bar.tsx';
import { SecondCa } from './second-ca.tsx';
import { useDraft } from './use-draft.ts';
import { useSave } from './use-save.ts';
import './connection-form.css';

interface ConnectionFormProps {
  readonly plugins: Plugins;
  readonly initial: Draft;
  readonly stored: ConnectionView | null;
}

/** What one appliance showed and said. */
interface Seen {
  readonly where: string;
  readonly served: readonly string[];
  readonly answer: ApplianceAnswerView | null;
}

const NOTHING_SEEN: Seen = { where: '', served: [], answer: null };

/** What is opened over the page of a connection that was saved: the query of its address. */
type Next = (id: number) => string;

const DRY_RUN: Next = () => '?dry-run=1';
/** It says what will happen, and begins nothing by itself. */
const RENEW: Next = (id) => `?renew=${id}`;

/** One page: the appliance, the names, who signs, who proves, and when; and a dry run before anything is saved. */
export function ConnectionForm({ plugins, initial, stored }: ConnectionFormProps) {
  const { draft, change, settle, ...typed } = useDraft(initial, stored, plugins);
  const where = whereOf(draft.appliance);
  const [seen, setSeen] = useState<Seen>(NOTHING_SEEN);
  const { served, answer } = seen.where === where ? seen : NOTHING_SEEN;
  const see = (part: Partial<Seen>) =>
    setSeen((now) => ({ ...(now.where === where ? now : NOTHING_SEEN), ...part, where }));
  const save = useSave(stored, secretFieldsOf(plugins.appliance, draft.appliance.plugin));
  const [, go] = useLocation();
  const missing = missingIn(draft, plugins.appliance, useSecretsSet(draft.appliance, stored));
  const submit = (isDraft: boolean, next: Next) =>
    save.mutate(
      { draft, isDraft },
      {
        onSuccess: ({ id, incomplete }) => {
          settle();
          go(`/connections/${id}${incomplete.length === 0 ? next(id) : ''}`);
        },
      },
    );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit(missing.length > 0, DRY_RUN);
  };
  const common = { error: save.error };
  const form = useRef<HTMLFormElement>(null);
  useFocusOnError(form, save.error);
  const product = plugins.appliance.find(({ id }) => id === draft.appliance.plugin);
  return (
    <form ref={form} onSubmit={onSubmit} className="connection-form" aria-label="Connection" noValidate>
      <Stack gap="md" key={typed.round}>
        {typed.isRestored && <Restored onStartOver={typed.startOver} />}
        <ApplianceSection
          {...common}
          draft={draft}
          plugins={plugins.appliance}
          stored={stored}
          onChange={change}
          onServed={(names) => see({ served: names })}
          onAnswer={(next) => see({ answer: next })}
        />
        <CertificateSection
          {...common}
          draft={draft}
          change={change}
          slots={answer?.slots ?? product?.slots ?? []}
          isOnlySlot={product?.slots.length === 1}
          keyKinds={product?.takesKey ?? []}
          suggestions={suggestionsOf(served, answer)}
        />
        <PartSection
          {...common}
          family="issuer"
          title="CA"
          label="Certificate authority"
          id="issuer"
          plugins={plugins.issuer}
          draft={draft.issuer}
          stored={stored?.issuer ?? null}
          onChange={(issuer) => change({ issuer })}
        >
          <SecondCa draft={draft} plugins={plugins.issuer} stored={stored} error={save.error} onChange={change} />
        </PartSection>
        <ProofSection {...common} draft={draft} plugins={plugins} stored={stored} change={change} />
        <Panel title="When">
          <PolicyFields
            {...common}
            policy={draft.policy}
            restarts={!product?.restartsNothing}
            onChange={(policy) => change({ policy })}
          />
        </Panel>
        <DryRunPanel draft={draft} stored={stored} />
        <SaveBar
          missing={missing}
          error={save.error}
          isSaving={save.isPending}
          back={stored ? `/connections/${stored.id}` : '/connections'}
          onSaveIncomplete={() => submit(true, DRY_RUN)}
          onSaveAndRenew={() => submit(false, RENEW)}
        />
      </Stack>
    </form>
  );
}

function Restored({ onStartOver }: { readonly onStartOver: () => void }) {
  return (
    <section className="note" aria-label="Typed before">
      <Group gap="sm" justify="space-between">
        <Text>What you typed before is here again, but no passwords and keys: type them anew.</Text>
        <Button variant="default" onClick={onStartOver}>
          Start over
        </Button>
      </Group>
    </section>
  );
}

function secretFieldsOf(plugins: readonly PluginDeclaration[], id: string): readonly string[] {
  const properties = plugins.find((plugin) => plugin.id === id)?.settings.properties ?? {};
  return Object.keys(properties).filter((name) => properties[name]?.secret);
}

function suggestionsOf(served: readonly string[], answer: ApplianceAnswerView | null): readonly NameSuggestion[] {
  return [
    { source: 'In the request that waits on the appliance', names: answer?.pending?.dnsNames ?? [] },
    { source: 'In the certificate that is served', names: served },
    { source: 'In the certificate that is installed', names: answer?.installed?.dnsNames ?? [] },
  ].map(({ source, names }, index, all) => ({
    source,
    names: names.filter((name) => !all.slice(0, index).some((earlier) => earlier.names.includes(name))),
  }));
}
