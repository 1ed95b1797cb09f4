import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { trustOf } from '../../plugins/trust.ts';
import type { ApplianceDriver } from '../driver.ts';
import { type ActivationParts, expresswayActivation } from './activation.ts';
import { checkExpressway } from './check.ts';
import { ExpresswayCli } from './command-line.ts';
import { compatibilityOf } from './compatibility.ts';
import { expresswayCsr } from './csr.ts';
import { uploadChain } from './install.ts';
import { ExpresswayRest } from './rest.ts';
import type { ExpresswaySettings } from './settings.ts';
import { SLOT, slotOf } from './slot.ts';
import { expresswayTrust } from './trust.ts';

/** One Expressway-E or Expressway-C. */
export function createExpresswayDriver(settings: ExpresswaySettings, deps: PluginDeps): ApplianceDriver {
  const parts = partsOf(settings, deps);
  const { rest, cli, name } = parts;
  return {
    async identify(signal) {
      await rest.serverCertificate(signal);
      const product = settings.role === 'edge' ? 'Cisco Expressway-E' : 'Cisco Expressway-C';
      return { product, version: await versionOf(cli, signal), nodeName: name, slots: [SLOT] };
    },
    check: (slotId, dnsNames, signal) => checkExpressway(parts, slotId, dnsNames, signal),
    async readInstalled(slotId, signal) {
      slotOf(slotId);
      return readable((await rest.serverCertificate(signal))[0]);
    },
    async install(slotId, chain, _key, signal) {
      slotOf(slotId);
      return await uploadChain(parts, chain, signal);
    },
    async endpoints(slotId) {
      slotOf(slotId);
      return parts.endpoints;
    },
    csr: expresswayCsr(rest, settings, name),
    trust: expresswayTrust(rest, name),
    activation: expresswayActivation(parts),
    compatibility: (slotId, csr, issuer) => {
      slotOf(slotId);
      return compatibilityOf(settings, csr, issuer);
    },
  };
}

function partsOf(settings: ExpresswaySettings, deps: PluginDeps): ActivationParts {
  const { host, serverName, apiPort, sshPort, user, password, sshHostKeys, servedPorts, apiTimeoutSeconds } = settings;
  const name = (serverName ?? host).toLowerCase();
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  return {
    rest: new ExpresswayRest({ http, host, name, port: apiPort, user, password }),
    cli: new ExpresswayCli(deps.ssh, { host, port: sshPort, user, password, hostKeys: sshHostKeys }),
    clock: deps.clock,
    name,
    settings,
    endpoints: servedPorts.map((port) => ({ host, port, serverName: name })),
  };
}

/** Null when SSH is not set up or does not answer. */
async function versionOf(cli: ExpresswayCli, signal: AbortSignal): Promise<string | null> {
  if (!cli.hasPinnedKey) return null;
  try {
    return await cli.version(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return null;
    throw error;
  }
}

function readable(pem: string | undefined): CertificateFacts | null | 'unreadable' {
  if (pem === undefined) return null;
  try {
    return readCertificate(pem);
  } catch (error) {
    if (error instanceof UnreadableCertificateError) return 'unreadable';
    throw error;
  }
}
