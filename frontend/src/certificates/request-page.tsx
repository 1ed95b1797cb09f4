import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { post } from '../api/client.ts';
import { keys, usePlugins } from '../api/queries.ts';
import type { KeptCertificateView, Plugins } from '../api/types.ts';
import { isUnchosen, namesIn, type PartDraft, part, partInput } from '../connection-form/draft.ts';
import { PartSection } from '../connection-form/part-section.tsx';
import { type Proof, ProofSection } from '../connection-form/proof-section.tsx';
import { useLock } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useFocusOnError } from '../ui/use-focus-on-error.ts';
import '../connection-form/connection-form.css';

const KEYS = ['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096'];

interface Request extends Proof {
  readonly name: string;
  readonly names: string;
  readonly key: string | null;
  readonly issuer: PartDraft;
}

// biome-ignore lint/style/noDefaultExport: React.lazy takes the default export
export default function RequestPage() {
  return (
    <Page
      title="Request a certificate"
      lead="certferry makes the key, keeps key and certificate, and renews them. Whoever needs them downloads them."
    >
      <Loaded query={usePlugins()}>{(plugins) => <RequestForm plugins={plugins} />}</Loaded>
    </Page>
  );
}

function RequestForm({ plugins }: { readonly plugins: Plugins }) {
  const [request, setRequest] = useState<Request>({
    ...{ name: '', names: '', key: null },
    ...{ challenge: 'dns-01', dnsRules: [], http: part('') },
    issuer: part(''),
    dns: part(''),
  });
  const change = (change: Partial<Request>) => setRequest((now) => ({ ...now, ...change }));
  const sending = useRequest();
  const operate = useLock('operator');
  const form = useRef<HTMLFormElement>(null);
  useFocusOnError(form, sending.error);
  const missing = [
    ...(namesIn(request.names).length === 0 ? ['names'] : []),
    ...(isUnchosen(request.issuer) ? ['a certificate authority'] : []),
  ];
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate(request);
  };
  return (
    <form ref={form} onSubmit={onSubmit} className="connection-form" aria-label="Certificate" noValidate>
      <Stack gap="md">
        <Certificate request={request} change={change} />
        <PartSection
          family="issuer"
          title="CA"
          label="Certificate authority"
          id="issuer"
          plugins={plugins.issuer}
          draft={request.issuer}
          stored={null}
          error={sending.error}
          onChange={(issuer) => change({ issuer })}
        />
        <ProofSection
          draft={request}
          plugins={plugins}
          stored={null}
          error={sending.error}
          change={change}
          hint="With nothing chosen you place what the CA asks for yourself: it is shown next, at this and every later renewal."
        />
        {sending.error && <ProblemNote error={sending.error} />}
        <Group gap="xs" justify="flex-end">
          {missing.length > 0 && <Text className="quiet">Still missing: {missing.join(', ')}.</Text>}
          <Button variant="default" component={Link} href="/certificates">
            Leave it
          </Button>
          <Button type="submit" loading={sending.isPending} disabled={missing.length > 0} {...operate}>
            Request it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Certificate({
  request,
  change,
}: {
  readonly request: Request;
  readonly change: (change: Partial<Request>) => void;
}) {
  return (
    <Panel title="Certificate">
      <div className="fields">
        <Textarea
          label="Names in the certificate"
          description="One on each line, up to 100; *.example.com for all names below a domain."
          placeholder="www.example.com"
          className="mono-input"
          autosize
          minRows={2}
          required
          value={request.names}
          onChange={(event) => change({ names: event.currentTarget.value })}
          onBlur={() => change({ names: namesIn(request.names).join('\n') })}
        />
        <TextInput
          label="What it is called in lists"
          description="Left empty: the first name."
          value={request.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Key"
          description="Made here, anew for each certificate."
          placeholder="EC P-256"
          data={KEYS}
          value={request.key}
          onChange={(key) => change({ key })}
          clearable
        />
      </div>
    </Panel>
  );
}

/** Shows the renewal next: what to place stands there. */
function useRequest() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: ({ name, names, key, issuer, challenge, dns, dnsRules, http }: Request) =>
      post<KeptCertificateView>('/certificates', {
        names: namesIn(names),
        issuer: partInput(issuer),
        challenge,
        ...(isUnchosen(dns) ? {} : { dns: partInput(dns) }),
        ...(isUnchosen(http) ? {} : { http: partInput(http) }),
        dnsRules: dnsRules.map(({ suffix, use }) => ({ suffix, use: partInput(use) })),
        ...(name.trim() === '' ? {} : { name }),
        ...(key === null ? {} : { key }),
      }),
    onSuccess: ({ id, renewalId }) => {
      void queries.invalidateQueries({ queryKey: keys.connections });
      go(`/connections/${id}${renewalId === null ? '' : `?renewal=${encodeURIComponent(renewalId)}`}`);
    },
  });
}
