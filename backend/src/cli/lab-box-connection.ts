import type { LabBox } from '@certferry/lab';
import type { ConnectionInput } from '../connections.ts';

type Appliance = Pick<ConnectionInput, 'name' | 'slot' | 'dnsNames' | 'appliance'>;

/** The appliance part of a connection to a simulated box, as a person would describe one to a real one. */
export function boxAppliance(box: LabBox, login: { readonly user: string; readonly password: string }): Appliance {
  const { user, password } = login;
  const common = { host: box.sim.host, user, password, trust: 'pin', restartPatienceSeconds: 60 };
  switch (box.product) {
    case 'ise': {
      const { primary, startSha256 } = box.sim;
      const ports = { apiPort: primary.adminPort, servedPorts: [primary.portalPort] };
      const settings = {
        ...common,
        ...ports,
        serverName: primary.name,
        pinnedSha256: [...new Set(startSha256)],
        pauseSeconds: 0,
      };
      // Its admin certificate would wait for a typed name.
      return { name: 'Lab ISE', slot: 'ise-portal', dnsNames: [primary.name], appliance: { plugin: 'ise', settings } };
    }
    case 'expressway': {
      const { name, httpsPort, sshPort, sshHostKey, startSha256 } = box.sim;
      const ports = { apiPort: httpsPort, sshPort, servedPorts: [httpsPort], sshHostKeys: [sshHostKey] };
      const subject = { country: 'DE', province: 'Berlin', locality: 'Berlin', organization: 'Example' };
      const own = { keyLength: '2048', acmeOff: true, restartSettleSeconds: 0, pauseSeconds: 0 };
      const settings = { ...common, ...ports, ...subject, ...own, serverName: name, pinnedSha256: [startSha256] };
      return {
        name: 'Lab Expressway',
        slot: 'server',
        dnsNames: [name],
        appliance: { plugin: 'expressway', settings },
      };
    }
    case 'catalyst-center': {
      const { name, httpsPort, startSha256 } = box.sim;
      const ports = { apiPort: httpsPort, servedPorts: [httpsPort] };
      const own = { taskPollSeconds: 1, settleSeconds: 5 };
      const settings = { ...common, ...ports, ...own, serverName: name, pinnedSha256: [startSha256] };
      return {
        name: 'Lab Catalyst Center',
        slot: 'server',
        dnsNames: [name],
        appliance: { plugin: 'catalyst-center', settings },
      };
    }
    case 'vcenter': {
      const { name, httpsPort, startSha256 } = box.sim;
      const ports = { apiPort: httpsPort, servedPorts: [httpsPort] };
      const own = { settleSeconds: 5, settlePollSeconds: 1 };
      const settings = { ...common, ...ports, ...own, serverName: name, pinnedSha256: [startSha256] };
      return {
        name: 'Lab vCenter',
        slot: 'machine-ssl',
        dnsNames: [name],
        appliance: { plugin: 'vcenter', settings },
      };
    }
  }
}
