import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Offer, offerFor, useOffers } from '../accounts/offers.ts';
import { post } from '../api/client.ts';
import type { ApplianceAnswerView, ConnectionView, DiscoveredNode, PluginDeclaration } from '../api/types.ts';
import { Caveats } from '../ui/caveats.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Tiles } from '../ui/tiles.tsx';
import { withTidyAddress } from './address.ts';
import { hasNodes, othersOf } from './cluster.ts';
import { ClusterNodes } from './cluster-nodes.tsx';
import { CredentialChoice, useCredentials } from './credential-choice.tsx';
import { type Draft, emptyDraft, isNamed, type PartDraft, part, partInput } from './draft.ts';
import { pluginFieldErrors } from './field-errors.ts';
import { Look } from './look.tsx';
import { SettingsForm } from './settings-form.tsx';
import { lookRequest } from './trust.ts';

interface ApplianceSectionProps {
  readonly draft: Draft;
  readonly plugins: readonly PluginDeclaration[];
  readonly stored: ConnectionView | null;
  readonly error: Error | null;
  readonly onChange: (change: Partial<Draft>) => void;
  /** What was seen without and with a login: names to suggest. */
  readonly onServed: (names: readonly string[]) => void;
  readonly onAnswer: (answer: ApplianceAnswerView) => void;
}

/** The product, the few fields that it needs, what it shows to anybody, and what it says to who logs in. */
export function ApplianceSection(props: ApplianceSectionProps) {
  const { draft, plugins, onChange, onServed } = props;
  const { appliance } = draft;
  const offers = useOffers(plugins);
  const [key, setKey] = useState(() => offerFor(offers, appliance.plugin, appliance.settings)?.key ?? null);
  const offer = offers.find((one) => one.key === key);
  const choose = (next: string) => {
    const found = offers.find((one) => one.key === next);
    setKey(next);
    if (found) onChange({ appliance: withOffer(appliance, found), ...slotOf(found, offer, draft.slot) });
  };
  const settle = (settings: PartDraft['settings']) => onChange({ appliance: { ...appliance, settings } });
  const where = whereOf(appliance);
  return (
    <Panel title="Appliance">
      <div className="fields">
        <Product offers={offers} chosen={offer} isNew={props.stored === null} onChange={choose} />
        {offer && (
          <>
            <ApplianceFields {...props} offer={offer} />
            {!offer.plugin.servesNothing && isElsewhere(appliance, offer.plugin) && (
              <Look key={where} appliance={appliance} plugin={offer.plugin} onTrust={settle} onNames={onServed} />
            )}
            {!offer.plugin.servesNothing && <Ask key={`ask ${where}`} {...props} plugin={offer.plugin} />}
            <Caveats caveats={offer.plugin.caveats} />
          </>
        )}
      </div>
    </Panel>
  );
}

interface ProductProps {
  readonly offers: readonly Offer[];
  readonly chosen: Offer | undefined;
  readonly isNew: boolean;
  readonly onChange: (key: string) => void;
}

/** Of a connection that has one, only that: seldom does anybody change it. */
function Product({ offers, chosen, isNew, onChange }: ProductProps) {
  const [picking, setPicking] = useState(isNew || !chosen);
  return (
    <>
      <Tiles
        label="Which product"
        tiles={picking || !chosen ? offers : [{ ...chosen, group: '' }]}
        value={chosen?.key ?? null}
        onChange={onChange}
      />
      {!picking && (
        <Group>
          <Button variant="default" onClick={() => setPicking(true)}>
            Choose another product
          </Button>
        </Group>
      )}
    </>
  );
}

/** Tells appliances apart: what one of them said is not shown beside the address of another. */
export function whereOf({ plugin, settings }: PartDraft): string {
  return JSON.stringify([plugin, lookRequest(settings)]);
}

/** Another product of one family keeps what was typed. */
function withOffer(appliance: PartDraft, { plugin, preset }: Offer): PartDraft {
  if (appliance.plugin !== plugin.id) return part(plugin.id, { ...preset?.settings });
  return { ...appliance, settings: { ...appliance.settings, ...preset?.settings } };
}

/** A product that has other slots than the one that was typed brings its first. */
function slotOf({ plugin: { slots } }: Offer, before: Offer | undefined, typed: string): Partial<Draft> {
  const [first] = slots;
  if (first !== undefined) return slots.includes(typed) ? {} : { slot: first };
  return before?.plugin.slots.includes(typed) ? { slot: emptyDraft().slot } : {};
}

/** There is an address to look at: not of this host, nor of what is not reached by one. */
function isElsewhere({ settings }: PartDraft, { settings: { properties } }: PluginDeclaration): boolean {
  const { onlyWith = {} } = properties.host ?? {};
  const isMeant = ([field, value]: [string, string]) => (settings[field] ?? properties[field]?.default) === value;
  return properties.host !== undefined && Object.entries(onlyWith).every(isMeant);
}

function ApplianceFields({ draft, offer, stored, error, onChange }: ApplianceSectionProps & { readonly offer: Offer }) {
  const { appliance, shareAs } = draft;
  const { plugin } = offer;
  const secretsSet = useSecretsSet(appliance, stored);
  const secrets = Object.keys(plugin.settings.properties).filter((name) => plugin.settings.properties[name]?.secret);
  const isShared = isNamed(appliance.credential);
  const settle = (settings: PartDraft['settings']) => onChange({ appliance: { ...appliance, settings } });
  return (
    // A pasted URL becomes an address when the field is left.
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for its fields being left
    <div className="fields" onBlur={() => settle(withTidyAddress(appliance.settings, portOf(plugin)))}>
      <SettingsForm
        key={offer.key}
        plugin={plugin}
        id="appliance"
        settings={appliance.settings}
        secretsSet={secretsSet}
        asked={offer.asked}
        fixed={isShared ? [...offer.fixed, ...secrets] : offer.fixed}
        errors={pluginFieldErrors(error, plugin)}
        onChange={settle}
      />
      <CredentialChoice
        appliance={appliance}
        shareAs={shareAs}
        hasTyped={secrets.some((name) => (appliance.settings[name] ?? '') !== '')}
        onChange={({ credential = appliance.credential, ...rest }) =>
          onChange({
            ...rest,
            appliance: { ...appliance, credential, settings: without(appliance, secrets, credential) },
          })
        }
      />
    </div>
  );
}

/** The field for the port at which the address is spoken to. */
function portOf({ settings: { properties } }: PluginDeclaration): string | null {
  return ['apiPort', 'sshPort'].find((name) => properties[name] !== undefined) ?? null;
}

/** A shared password is not overruled by one that was typed before. */
function without({ settings }: PartDraft, secrets: readonly string[], credential: string | null) {
  if (!isNamed(credential)) return settings;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !secrets.includes(name)));
}

/** Secret fields that need no typing: stored with the connection, or under the shared name. */
export function useSecretsSet(appliance: PartDraft, stored: ConnectionView | null): readonly string[] {
  const named = useCredentials().data ?? [];
  if (isNamed(appliance.credential)) {
    return named.find(({ name }) => name === appliance.credential)?.secretsSet ?? [];
  }
  return stored?.appliance.plugin === appliance.plugin ? stored.appliance.secretsSet : [];
}

/** Logs in and reads. */
function Ask({
  draft,
  stored,
  onAnswer,
  onChange,
  plugin,
}: ApplianceSectionProps & { readonly plugin: PluginDeclaration }) {
  const { settings } = draft.appliance;
  const ask = useMutation({
    mutationFn: () =>
      post<ApplianceAnswerView>('/appliances/ask', {
        appliance: partInput(draft.appliance),
        slot: draft.slot || 'tomcat',
        ...(stored === null ? {} : { connectionId: stored.id }),
      }),
  });
  return (
    <div className="fields">
      <Group gap="sm">
        <Button
          variant="light"
          leftSection={<IconPlugConnected size={14} />}
          loading={ask.isPending}
          onClick={() => ask.mutate(undefined, { onSuccess: onAnswer })}
        >
          {isElsewhere(draft.appliance, plugin) ? 'Log in and read' : 'Read what is there'}
        </Button>
        <Text className="quiet">
          {plugin.takesKey.length > 0
            ? 'Reads which certificate is there. Changes nothing.'
            : 'Reads product, slots and names with the account above. Changes nothing.'}
        </Text>
      </Group>
      {ask.error && <ProblemNote error={ask.error} />}
      {ask.data && <Answer answer={ask.data} />}
      {ask.data?.nodes && hasNodes(plugin) && (
        <Cluster
          nodes={ask.data.nodes}
          asked={[ask.data.nodeName, String(settings.serverName ?? settings.host ?? '')]}
          settings={settings}
          onUse={(next) => onChange({ appliance: { ...draft.appliance, settings: next } })}
        />
      )}
    </div>
  );
}

interface ClusterProps {
  readonly nodes: readonly DiscoveredNode[];
  /** Names of the node that told of the others. */
  readonly asked: readonly string[];
  readonly settings: PartDraft['settings'];
  readonly onUse: (settings: PartDraft['settings']) => void;
}

function Cluster({ nodes, asked, settings, onUse }: ClusterProps) {
  const others = othersOf(nodes, asked);
  if (nodes.length <= 1 || others?.length === 0) return null;
  return (
    <section aria-label="Its cluster" className="note">
      {others === null ? (
        <Text>
          It belongs to a cluster of {nodes.length} nodes. For one certificate on all of them, connect to the publisher
          {publisherIn(nodes)}.
        </Text>
      ) : (
        <ClusterNodes others={others} settings={settings} onUse={onUse} />
      )}
    </section>
  );
}

function publisherIn(nodes: readonly DiscoveredNode[]): string {
  const publisher = nodes.find(({ role }) => role === 'publisher');
  return publisher ? `, ${publisher.host}` : '';
}

function Answer({ answer }: { readonly answer: ApplianceAnswerView }) {
  const { product, version, nodeName, slots, installed, pending } = answer;
  return (
    <section aria-label="What the appliance says" className="note">
      <dl className="facts">
        <dt>Product</dt>
        <dd>
          {product} {version ?? '(its version is told over SSH only)'}
        </dd>
        <dt>Node</dt>
        <dd className="mono">{nodeName}</dd>
        <dt>Slots</dt>
        <dd className="mono">{slots.join(', ')}</dd>
        <dt>Installed</dt>
        <dd className="mono">{installed ? installed.dnsNames.join(', ') || installed.subject : 'nothing'}</dd>
        <dt>Request that waits</dt>
        <dd className="mono">{pending ? pending.dnsNames.join(', ') : 'none'}</dd>
      </dl>
    </section>
  );
}
