import type { CertificateFacts } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { trustOf } from '../../plugins/trust.ts';
import { leafIn } from '../_hosts/key-files.ts';
import { shownAt } from '../_hosts/shown-at.ts';
import type { ApplianceDriver, SlotId } from '../driver.ts';
import { attempt, blocked } from '../findings.ts';
import { vcenterActivation } from './activation.ts';
import { checkVcenter } from './check.ts';
import { replaceMachineCertificate, type Vcenter } from './install.ts';
import { VcenterRest } from './rest.ts';
import type { VcenterSettings } from './settings.ts';

export const SLOT = 'machine-ssl';
export const KINDS = ['RSA 2048', 'RSA 3072', 'RSA 4096'] as const;

/** One vCenter Server. */
export function createVcenterDriver(settings: VcenterSettings, deps: PluginDeps): ApplianceDriver {
  const vcenter = vcenterOf(settings, deps);
  return {
    async identify(signal) {
      const version = await vcenter.rest.version(signal);
      return { product: 'VMware vCenter Server', version, nodeName: vcenter.name, slots: [SLOT] };
    },
    async check(slotId, dnsNames, signal) {
      const slot = await attempt(async () => refuseOtherSlot(slotId), signal);
      if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
      return await checkVcenter(vcenter, dnsNames, () => readHeld(vcenter, signal), signal);
    },
    async readInstalled(slotId, signal) {
      refuseOtherSlot(slotId);
      return await readHeld(vcenter, signal);
    },
    async install(slotId, chain, key, signal) {
      refuseOtherSlot(slotId);
      return await replaceMachineCertificate(vcenter, chain, key, signal);
    },
    async endpoints(slotId) {
      refuseOtherSlot(slotId);
      return vcenter.endpoints;
    },
    key: { kinds: KINDS },
    activation: vcenterActivation(vcenter, refuseOtherSlot),
  };
}

function vcenterOf(settings: VcenterSettings, deps: PluginDeps): Vcenter {
  const { host, serverName, apiPort, user, password, servedPorts, apiTimeoutSeconds } = settings;
  const name = (serverName ?? host).toLowerCase();
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  const installTimeoutMs = settings.installTimeoutSeconds * 1000;
  return {
    rest: new VcenterRest({ http, host, name, port: apiPort, user, password, installTimeoutMs }),
    clock: deps.clock,
    name,
    settings,
    endpoints: servedPorts.map((port) => ({ host, port, serverName: name })),
  };
}

/** @throws AppError INVALID_SETTINGS */
function refuseOtherSlot(id: SlotId): void {
  if (id !== SLOT) throw new AppError('INVALID_SETTINGS', `There is no slot "${id}"; there is "${SLOT}".`);
}

async function readHeld(
  { rest, endpoints }: Vcenter,
  signal: AbortSignal,
): Promise<CertificateFacts | null | 'unreadable'> {
  const pem = await rest.machineCertificate(signal);
  if (pem !== null) return leafIn(pem);
  const [served] = await shownAt(endpoints.slice(0, 1), signal);
  return served ?? 'unreadable';
}
