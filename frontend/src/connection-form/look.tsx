import { Button, Group, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import type { CertificateView, LookView, PluginDeclaration } from '../api/types.ts';
import { hostIn } from '../dns/host.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import type { PartDraft } from './draft.ts';

interface LookProps {
  readonly appliance: PartDraft;
  readonly plugin: PluginDeclaration;
  readonly onTrust: (settings: PartDraft['settings']) => void;
  /** Names in the certificate that it shows. */
  readonly onNames: (names: readonly string[]) => void;
}

/** Shows what the appliance shows to anybody, before a password is sent to it, so that a person decides what to trust. */
export function Look({ appliance, plugin, onTrust, onNames }: LookProps) {
  const { settings } = appliance;
  const host = hostIn(String(settings.host ?? ''));
  const look = useMutation({
    mutationFn: () => post<LookView>('/appliances/look', requestFor(host, settings)),
    onSuccess: ({ tls }) => onNames(tls.certificate ? namesOf(tls.certificate) : []),
  });
  const trust = ({ tls, ssh }: LookView) => {
    const trusted = {
      trust: 'pin',
      pinnedSha256: tls.certificate ? [tls.certificate.sha256] : settings.pinnedSha256,
      sshHostKeys: ssh.fingerprint === null ? settings.sshHostKeys : [ssh.fingerprint],
    };
    const meant = Object.entries(trusted).filter(([name]) => plugin.settings.properties[name] !== undefined);
    onTrust({ ...settings, host, ...Object.fromEntries(meant) });
  };
  return (
    <Stack gap="sm" className="look">
      <Group gap="sm">
        <Button
          variant="light"
          leftSection={<IconEye size={14} />}
          disabled={host === ''}
          loading={look.isPending}
          onClick={() => look.mutate()}
        >
          Connect to {host === '' ? 'the appliance' : host}
        </Button>
        <Text className="quiet">
          {hasSsh(plugin) ? 'Reads its certificate and SSH key.' : 'Reads its certificate.'} Sends no password.
        </Text>
      </Group>
      {look.error && <ProblemNote error={look.error} />}
      {look.data && <Seen view={look.data} plugin={plugin} onTrust={trust} />}
    </Stack>
  );
}

interface SeenProps {
  readonly view: LookView;
  readonly plugin: PluginDeclaration;
  readonly onTrust: (view: LookView) => void;
}

function Seen({ view, plugin, onTrust }: SeenProps) {
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
        <Group gap="xs">
          <Button
            disabled={!tls.certificate && (ssh.fingerprint === null || !hasSsh(plugin))}
            onClick={() => onTrust(view)}
          >
            {hasSsh(plugin) ? 'They are right: trust them' : 'It is right: trust it'}
          </Button>
        </Group>
      </Stack>
    </section>
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

function requestFor(host: string, { apiPort, sshPort, serverName }: PartDraft['settings']): object {
  return {
    host,
    ...(typeof apiPort === 'number' ? { apiPort } : {}),
    ...(typeof sshPort === 'number' ? { sshPort } : {}),
    ...(typeof serverName === 'string' && serverName !== '' ? { serverName } : {}),
  };
}
