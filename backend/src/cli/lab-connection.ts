import type { Lab, VosSim } from '@certferry/lab';
import type { ConnectionInput } from '../connections.ts';
import type { PluginInput } from '../store/plugin-refs.ts';
import { boxAppliance } from './lab-box-connection.ts';

/** The connection to the simulated box, or else to the CUCM, node or cluster, as a person would describe one to a real one. */
export function labConnection(lab: Lab): ConnectionInput {
  const { vos, cluster, box, dns } = lab;
  const [server = '', port = ''] = dns.primary.split(':');
  return {
    name: cluster ? 'Lab CUCM cluster' : 'Lab CUCM publisher',
    slot: 'tomcat',
    dnsNames: (cluster?.nodes ?? [vos]).map(({ nodeName }) => nodeName),
    appliance: { plugin: 'vos', settings: { ...applianceSettings(lab), ...(cluster ? clusterSettings(lab) : {}) } },
    issuer: { plugin: 'acme', settings: issuerSettings(lab) },
    dns: {
      plugin: 'rfc2136',
      settings: {
        server,
        port: Number(port),
        keyName: dns.tsig.name,
        keySecret: dns.tsig.secret,
        algorithm: dns.tsig.algorithm,
      },
    },
    policy: { verifyPatienceSeconds: 10 },
    ...(box ? boxAppliance(box, lab) : {}),
  };
}

function issuerSettings({ ca, testCa }: Lab): PluginInput['settings'] {
  const common = { directory: ca.directoryUrl, termsOfServiceAgreed: true, trust: 'bundle' };
  if (!testCa) return { ...common, caBundle: ca.tlsCaPem };
  return { ...common, testDirectory: testCa.directoryUrl, caBundle: `${ca.tlsCaPem}\n${testCa.tlsCaPem}` };
}

function applianceSettings({ vos, user, password }: Lab): PluginInput['settings'] {
  return {
    ...addressOf(vos),
    user,
    password,
    trust: 'pin',
    pinnedSha256: [vos.certificateSha256],
    apiTimeoutSeconds: 5,
    restartPatienceSeconds: 60,
    restartBeginsWithinSeconds: 5,
    pauseSeconds: 0,
  };
}

function clusterSettings({ cluster, axlUser, axlPassword }: Lab): PluginInput['settings'] {
  if (!cluster) return {};
  return {
    distribution: 'multi-server',
    pinnedSha256: cluster.nodes.map(({ certificateSha256 }) => certificateSha256),
    nodes: [
      ...cluster.subscribers.map((node) => ({ ...addressOf(node), role: 'subscriber' })),
      ...cluster.imp.map((node) => ({ ...addressOf(node), role: 'imp' })),
    ],
    axlUser,
    axlPassword,
    axlPort: cluster.publisher.tomcatPort2,
  };
}

function addressOf({ host, nodeName, httpsPort, tomcatPort2, sshPort, sshHostKey }: VosSim): PluginInput['settings'] {
  return {
    host,
    serverName: nodeName,
    apiPort: httpsPort,
    servedPorts: [httpsPort, tomcatPort2],
    sshPort,
    sshHostKeys: [sshHostKey],
    axlPort: tomcatPort2,
  };
}
