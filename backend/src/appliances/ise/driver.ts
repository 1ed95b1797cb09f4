import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { trustOf } from '../../plugins/trust.ts';
import type { ApplianceDriver, SlotId } from '../driver.ts';
import { iseActivation } from './activation.ts';
import { checkIse } from './check.ts';
import { compatibilityOf } from './compatibility.ts';
import { type IsePlace, iseCsr } from './csr.ts';
import { bindLeaf, inSlot } from './install.ts';
import { endpointsOf, ownNode } from './node.ts';
import { IseRest } from './rest.ts';
import { SLOTS, slotOf } from './roles.ts';
import type { IseSettings } from './settings.ts';
import { iseTrust } from './trust.ts';

/** One node of an ISE deployment, reached through its primary administration node. */
export function createIseDriver(settings: IseSettings, deps: PluginDeps): ApplianceDriver {
  const place = placeOf(settings, deps);
  return {
    async identify(signal) {
      const node = ownNode(settings, await place.rest.nodes(signal));
      return {
        product: 'Cisco Identity Services Engine',
        version: null,
        nodeName: node.fqdn ?? node.hostname,
        slots: SLOTS.map(({ id }) => id),
      };
    },
    check: (slotId, dnsNames, signal) => checkIse(place, slotId, dnsNames, signal),
    readInstalled: (slotId, signal) => readInstalled(place, slotId, signal),
    install: async (slotId, chain, _key, signal) => await bindLeaf(place, slotOf(slotId), chain, signal),
    endpoints: async (slotId) => endpointsOf(settings, slotOf(slotId)),
    csr: iseCsr(place),
    trust: iseTrust(place),
    activation: iseActivation(place),
    compatibility: (slotId, csr, issuer) => compatibilityOf(slotOf(slotId), csr, issuer),
  };
}

function placeOf(settings: IseSettings, deps: PluginDeps): IsePlace {
  const { host, serverName, apiPort, apiTimeoutSeconds, user, password } = settings;
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  const rest = new IseRest({ http, host, name: serverName ?? host, port: apiPort, user, password });
  return {
    rest,
    settings,
    clock: deps.clock,
    hostName: async (signal) => ownNode(settings, await rest.nodes(signal)).hostname,
  };
}

async function readInstalled(
  { rest, settings, hostName }: IsePlace,
  slotId: SlotId,
  signal: AbortSignal,
): Promise<CertificateFacts | null | 'unreadable'> {
  const slot = slotOf(slotId);
  const host = await hostName(signal);
  const held = inSlot(await rest.systemCertificates(host, signal), slot, settings.portalGroupTag);
  if (!held) return null;
  const pem = await rest.exportSystemCertificate(host, held.id, signal);
  try {
    return pem === null ? 'unreadable' : readCertificate(pem);
  } catch (error) {
    if (error instanceof UnreadableCertificateError) return 'unreadable';
    throw error;
  }
}
