import type { Accounts } from './accounts.ts';
import type { Quirks } from './chance.ts';
import type { Member } from './cluster-members.ts';
import type { ServiceManager } from './service-manager.ts';
import { TOMCAT } from './services.ts';
import type { SlotName, TrustName } from './slots.ts';
import type { SshPort } from './ssh.ts';
import type { PortName } from './tls-ports.ts';

export interface SimParts {
  readonly self: Member;
  readonly services: ServiceManager;
  readonly ssh: SshPort;
  readonly accounts: Accounts;
  readonly quirks: Quirks;
}

/** What tests and the demo may see of a node. */
export function view({ self, services, ssh, accounts, quirks }: SimParts) {
  const { node, host } = self;
  const { certificate } = node.identity('tomcat');
  const servedPort = (name: PortName) => {
    const port = services.ports.find(({ row }) => row.name === name);
    if (!port) throw new RangeError(`${node.name} has no port "${name}"`);
    return port;
  };
  return {
    nodeName: node.name,
    role: node.role,
    host,
    quirks,
    httpsPort: servedPort('https').gate.number,
    tomcatPort2: servedPort('https2').gate.number,
    sshPort: ssh.port,
    ports: new Map(services.ports.map(({ row, gate }) => [row.name, gate.number])),
    sshHostKey: ssh.hostKey,
    certificateSha256: certificate.sha256,
    certificatePem: certificate.pem,
    port: (name: PortName) => servedPort(name).gate.number,
    servedSha256: (port: PortName = 'https') => servedPort(port).served.certificate.sha256,
    inUseSha256: (service: string, slot: SlotName) => services.inUse(service, slot)?.certificate.sha256 ?? null,
    installedSha256: (slot: SlotName = 'tomcat') => node.identity(slot).certificate.sha256,
    pendingCsr: (slot: SlotName = 'tomcat') => node.pendingCsr(slot),
    restarts: (service: string = TOMCAT) => services.restarts(service),
    isRestarting: () => services.state(TOMCAT) !== 'STARTED',
    trustSha256: (store: TrustName = 'tomcat') => node.trust(store).certificates.map((trusted) => trusted.sha256),
    failedLogins: () => accounts.failures,
  };
}
