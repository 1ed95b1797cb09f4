import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ConnectionView, Plugins } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { DnsRules } from './dns-rules.tsx';
import type { Draft } from './draft.ts';
import { ownFieldErrors } from './field-errors.ts';
import { Look } from './look.tsx';
import { PartSection } from './part-section.tsx';
import { PolicyFields } from './policy-fields.tsx';
import { useSave } from './use-save.ts';
import './connection-form.css';

interface ConnectionFormProps {
  readonly plugins: Plugins;
  readonly initial: Draft;
  readonly stored: ConnectionView | null;
}

/** One page: the appliance, the names, who signs, who proves, and when. The dry run follows on the page of the connection. */
export function ConnectionForm({ plugins, initial, stored }: ConnectionFormProps) {
  const [draft, setDraft] = useState(initial);
  const save = useSave(stored);
  const [, go] = useLocation();
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft, { onSuccess: ({ id }) => go(`/connections/${id}?dry-run=1`) });
  };
  const common = { error: save.error };
  return (
    <form onSubmit={submit} className="connection-form" aria-label="Connection">
      <Stack gap="md">
        <PartSection
          {...common}
          title="Appliance"
          id="appliance"
          plugins={plugins.appliance}
          draft={draft.appliance}
          stored={stored?.appliance ?? null}
          onChange={(appliance) => change({ appliance })}
        >
          <Look
            appliance={draft.appliance}
            onTrust={(settings) => change({ appliance: { ...draft.appliance, settings } })}
            onNames={(names) => change({ names: names.join('\n'), name: draft.name || (names[0] ?? '') })}
          />
        </PartSection>
        <CertificateSection draft={draft} change={change} error={save.error} />
        <PartSection
          {...common}
          title="CA"
          id="issuer"
          plugins={plugins.issuer}
          draft={draft.issuer}
          stored={stored?.issuer ?? null}
          onChange={(issuer) => change({ issuer })}
        />
        <PartSection
          {...common}
          title="DNS service"
          id="dns"
          plugins={plugins.dns}
          draft={draft.dns}
          stored={stored?.dns ?? null}
          onChange={(dns) => change({ dns })}
        >
          <DnsRules
            rules={draft.dnsRules}
            plugins={plugins.dns}
            stored={stored}
            error={save.error}
            onChange={(dnsRules) => change({ dnsRules })}
          />
        </PartSection>
        <Panel title="When">
          <PolicyFields policy={draft.policy} onChange={(policy) => change({ policy })} />
        </Panel>
        {save.error && <ProblemNote error={save.error} />}
        <Group gap="xs" justify="flex-end">
          <Button variant="default" component={Link} href={stored ? `/connections/${stored.id}` : '/connections'}>
            Leave it
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save and look (dry run)
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface CertificateSectionProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly error: Error | null;
}

function CertificateSection({ draft, change, error }: CertificateSectionProps) {
  const errors = ownFieldErrors(error);
  return (
    <Panel title="Certificate">
      <div className="fields">
        <TextInput
          label="Name of this connection"
          description="As you want to read it in lists."
          placeholder="CUCM publisher"
          required
          value={draft.name}
          error={errors.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Slot"
          description="The place for the certificate, in the appliance’s own words."
          required
          value={draft.slot}
          error={errors.slot}
          onChange={(event) => change({ slot: event.currentTarget.value })}
        />
        <Textarea
          label="Names in the certificate"
          description="One on each line. They are looked for in the request of the appliance."
          placeholder="cucm-pub.example.com"
          className="mono-input"
          autosize
          minRows={2}
          required
          value={draft.names}
          error={errors.dnsNames}
          onChange={(event) => change({ names: event.currentTarget.value })}
        />
      </div>
    </Panel>
  );
}
