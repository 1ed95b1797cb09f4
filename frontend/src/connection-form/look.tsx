import { Button, Group, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import type { CertificateView, LookView, PluginDeclaration } from '../api/types.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import type { PartDraft } from './draft.ts';
import { isTrusted, lookRequest, type Trusting, trustedBesides, trusting } from './trust.ts';

interface LookProps {
  readonly appliance: PartDraft;
  readonly plugin: PluginDeclaration;
  readonly onTrust: (settings: PartDraft['settings']) => void;
  /** Names in the certificate that it shows. */
  readonly onNames: (names: readonly string[]) => void;
}

/** Shows what the appliance shows to anybody, before a password is sent to it, so that a person decides what to trust. */
export function Look({ appliance: { settings }, plugin, onTrust, onNames }: LookProps) {
  const request = lookRequest(settings);
  const look = useMutation({ mutationFn: () => post<LookView>('/appliances/look', request) });
  const start = () =>
    look.mutate(undefined, { onSuccess: ({ tls }) => onNames(tls.certificate ? namesOf(tls.certificate) : []) });
  return (
    <Stack gap="sm" className="look">
      <Group gap="sm">
        <Button
          variant="light"
          leftSection={<IconEye size={14} />}
          disabled={request.host === ''}
          loading={look.isPending}
          onClick={start}
        >
          Connect to {request.host === '' ? 'the appliance' : request.host}
        </Button>
        <Text className="quiet">
          {hasSsh(plugin) ? 'Reads its certificate and SSH key.' : 'Reads its certificate.'} Sends no password.
        </Text>
      </Group>
      {look.error && <ProblemNote error={look.error} />}
      {look.data && <Seen view={look.data} settings={settings} plugin={plugin} onTrust={onTrust} />}
    </Stack>
  );
}

interface SeenProps extends Pick<LookProps, 'plugin' | 'onTrust'> {
  readonly view: LookView;
  readonly settings: PartDraft['settings'];
}

function Seen({ view, settings, plugin, onTrust }: SeenProps) {
  const { tls, ssh } = view;
  return (
    <section aria-label="What the appliance shows" className="note">
      <Stack gap="sm">
        {tls.certificate ? (
          <CertificateFacts certificate={tls.certificate} />
        ) : (
          <Text>
            Port {tls.endpoint.port} shows no certificate: {tls.detail}
          </Text>
        )}
        {hasSsh(plugin) && (
          <dl className="facts">
            <dt>SSH host key</dt>
            <dd className="mono">{ssh.fingerprint ?? `port ${ssh.port}: ${ssh.detail}`}</dd>
          </dl>
        )}
        <Compare plugin={plugin} />
        <TrustButtons view={view} settings={settings} plugin={plugin} onTrust={onTrust} />
      </Stack>
    </section>
  );
}

/** Where something else is trusted already it stays, unless somebody says that it shall go. */
function TrustButtons({ view, settings, plugin, onTrust }: SeenProps) {
  const { tls, ssh } = view;
  const isNothing = !tls.certificate && (ssh.fingerprint === null || !hasSsh(plugin));
  const others = trustedBesides(settings, view, plugin);
  const trust = (how: Trusting) => onTrust(trusting(settings, view, plugin, how));
  const them = hasSsh(plugin) ? 'them' : 'it';
  const right = hasSsh(plugin) ? 'They are right' : 'It is right';
  return (
    <>
      {others > 0 && (
        <Text>
          {others === 1 ? 'One other fingerprint is' : `${others} other fingerprints are`} trusted already. In a cluster
          they are those of the other nodes.
        </Text>
      )}
      <Group gap="xs">
        <Button disabled={isNothing} onClick={() => trust('add')}>
          {right}: trust {them} {others > 0 && 'too'}
        </Button>
        {others > 0 && (
          <Button variant="default" disabled={isNothing} onClick={() => trust('replace')}>
            Trust only {them}
          </Button>
        )}
        <Text role="status">{isTrusted(settings, view, plugin) && 'Trusted.'}</Text>
      </Group>
    </>
  );
}

/** What to type where another way leads to the appliance, as far as there is such a command. */
function Compare({ plugin: { id, takesKey, ...plugin } }: { readonly plugin: PluginDeclaration }) {
  const command = takesKey.length > 0 ? 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' : COMMANDS[id];
  return (
    <Text className="quiet">
      Compare {hasSsh(plugin) ? 'both' : 'it'} with the appliance itself, over a way that you trust
      {command === undefined ? (
        '.'
      ) : (
        <>
          : on its console, <code>{command}</code>.
        </>
      )}
    </Text>
  );
}

const COMMANDS: Readonly<Record<string, string>> = { vos: 'show cert own tomcat' };

function hasSsh({ settings }: Pick<PluginDeclaration, 'settings'>): boolean {
  return settings.properties.sshHostKeys !== undefined;
}

function namesOf({ dnsNames, commonName }: CertificateView): readonly string[] {
  if (dnsNames.length > 0) return dnsNames;
  return commonName?.includes('.') ? [commonName] : [];
}
