import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { trustOf } from '../../plugins/trust.ts';
import type { ApplianceDriver, ApplianceIdentity, SlotId } from '../driver.ts';
import { vosActivation } from './activation.ts';
import { checkVos } from './check.ts';
import { ask, parseVersion, VosCli } from './command-line.ts';
import { vosCsr } from './csr.ts';
import { identityPem, installChain } from './install.ts';
import { VosRest } from './rest.ts';
import { SLOTS, vosSlot } from './services.ts';
import { PRODUCTS, type VosSettings } from './settings.ts';
import { vosTrust } from './trust.ts';

/** One node of CUCM, IM and Presence, Unity Connection or Emergency Responder. */
export function createVosDriver(settings: VosSettings, deps: PluginDeps): ApplianceDriver {
  const { host, serverName, servedPorts } = settings;
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: settings.apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  const rest = new VosRest({ http, host, port: settings.apiPort, user: settings.user, password: settings.password });
  const cli = cliOf(settings, deps);
  const endpoints = servedPorts.map((port) => ({ host, port, serverName: serverName ?? host }));

  return {
    identify: (signal) => identify(rest, cli, settings, signal),

    check: (slotId, dnsNames, signal) =>
      checkVos(
        { rest, cli, host, product: PRODUCTS[settings.product], sharesAccount: sharesAccount(settings) },
        slotId,
        dnsNames,
        signal,
      ),

    async readInstalled(slotId, signal) {
      const slot = vosSlot(slotId);
      return readable(identityPem(await rest.snapshot(signal), slot));
    },

    install: async (slotId, chain, signal) =>
      await installChain({ rest, host, clock: deps.clock }, vosSlot(slotId), chain, signal),

    async endpoints(slotId: SlotId) {
      vosSlot(slotId);
      return endpoints;
    },

    csr: vosCsr({ rest, host, keyLength: Number(settings.keyLength) }),
    trust: vosTrust(rest, host),
    activation: vosActivation({
      rest,
      cli,
      host,
      beginsWithinMs: settings.restartBeginsWithinSeconds * 1000,
      patienceMs: settings.restartPatienceSeconds * 1000,
      endpoints,
    }),
  };
}

function cliOf(settings: VosSettings, deps: PluginDeps): VosCli {
  return new VosCli(deps.ssh, {
    host: settings.host,
    port: settings.sshPort,
    user: settings.sshUser ?? settings.user,
    password: settings.sshPassword ?? settings.password,
    hostKeys: settings.sshHostKeys,
    legacyAlgorithms: settings.legacySsh,
  });
}

function sharesAccount({ user, sshUser, sshPassword }: VosSettings): boolean {
  return (sshUser === undefined || sshUser === user) && sshPassword === undefined;
}

async function identify(
  rest: VosRest,
  cli: VosCli,
  { product }: VosSettings,
  signal: AbortSignal,
): Promise<ApplianceIdentity> {
  const snapshot = await rest.snapshot(signal);
  return {
    product: PRODUCTS[product],
    version: await versionOf(cli, signal),
    nodeName: snapshot.server,
    slots: SLOTS.filter((slot) => identityPem(snapshot, slot) !== null).map((slot) => slot.id),
  };
}

/** Null when SSH is not set up or does not answer. Refused credentials and foreign host keys are told. */
async function versionOf(cli: VosCli, signal: AbortSignal): Promise<string | null> {
  if (!cli.hasPinnedKey) return null;
  try {
    return parseVersion(await cli.session(signal, (shell) => ask(shell, 'show version active', signal)));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return null;
    throw error;
  }
}

function readable(pem: string | null): CertificateFacts | null | 'unreadable' {
  if (pem === null) return null;
  try {
    return readCertificate(pem);
  } catch (error) {
    if (error instanceof UnreadableCertificateError) return 'unreadable';
    throw error;
  }
}
