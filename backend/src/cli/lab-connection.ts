import { LAB_NODE, type Lab } from '@certferry/lab';
import type { ConnectionInput } from '../connections.ts';

/** The connection to the simulated CUCM, as a person would describe one to a real node. */
export function labConnection({ vos, dns, ca, user, password }: Lab): ConnectionInput {
  const [server = '', port = ''] = dns.primary.split(':');
  return {
    name: 'Lab CUCM publisher',
    slot: 'tomcat',
    dnsNames: [LAB_NODE],
    appliance: {
      plugin: 'vos',
      settings: {
        host: vos.host,
        serverName: LAB_NODE,
        user,
        password,
        apiPort: vos.httpsPort,
        servedPorts: [vos.httpsPort, vos.tomcatPort2],
        trust: 'pin',
        pinnedSha256: [vos.certificateSha256],
        sshPort: vos.sshPort,
        sshHostKeys: [vos.sshHostKey],
        apiTimeoutSeconds: 5,
        restartPatienceSeconds: 60,
        restartBeginsWithinSeconds: 5,
      },
    },
    issuer: {
      plugin: 'acme',
      settings: { directory: ca.directoryUrl, termsOfServiceAgreed: true, trust: 'bundle', caBundle: ca.tlsCaPem },
    },
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
  };
}
