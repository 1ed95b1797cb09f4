import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { ApplianceDriver, ApplianceIdentity, SlotId } from '../driver.ts';
import { vosActivation } from './activation.ts';
import { checkVos } from './check.ts';
import { vosCluster } from './cluster.ts';
import { ask, parseVersion, type VosCli } from './command-line.ts';
import { compatibilityOf } from './compatibility.ts';
import { vosCsr } from './csr.ts';
import { identityPem, installChain } from './install.ts';
import { endpointsOf, nodesOf, type VosNode, withSlot } from './nodes.ts';
import { SLOTS, type VosSlot, vosSlot } from './services.ts';
import { PRODUCTS, type VosSettings } from './settings.ts';
import { vosTrust } from './trust.ts';
import { confirming } from './unconfirmed.ts';

/** One node of CUCM, IM and Presence, Unity Connection or Emergency Responder, or a cluster that shares a certificate. */
export function createVosDriver(settings: VosSettings, deps: PluginDeps): ApplianceDriver {
  const { distribution, sso, intercluster, product } = settings;
  const { clock } = deps;
  const nodes = nodesOf(settings, deps);
  const { first, all } = nodes;
  const slotOf = (id: SlotId): VosSlot => slotFor(id, first, distribution);
  const nodesWith = (slot: VosSlot) => withSlot(all, slot);

  return {
    identify: (signal) => identify(first, PRODUCTS[product], signal),

    check: (slotId, dnsNames, signal) =>
      checkVos(
        { nodes, slotOf, product: PRODUCTS[product], distribution, plan: { sso, intercluster }, clock },
        slotId,
        dnsNames,
        signal,
      ),

    async readInstalled(slotId, signal) {
      const slot = slotOf(slotId);
      return readable(identityPem(await first.rest.snapshot(signal), slot));
    },

    async install(slotId, chain, _key, signal) {
      const slot = slotOf(slotId);
      const others = nodesWith(slot).filter((node) => node !== first);
      return await installChain({ node: first, others, clock }, slot, chain, signal);
    },

    async endpoints(slotId) {
      const slot = slotOf(slotId);
      return nodesWith(slot).flatMap((node) => endpointsOf(node, slot));
    },

    csr: vosCsr({
      node: first,
      slotOf,
      distribution,
      keyLength: { rsa: Number(settings.keyLength), ec: Number(settings.ecKeyLength) },
    }),
    trust: vosTrust(nodesWith, slotOf),
    activation: vosActivation({
      nodes: all,
      slotOf,
      sso,
      intercluster,
      group: settings.publisher ?? settings.host,
      pauseMs: settings.pauseSeconds * 1000,
      beginsWithinMs: settings.restartBeginsWithinSeconds * 1000,
      patienceMs: settings.restartPatienceSeconds * 1000,
    }),
    cluster: vosCluster(first),
    twin: { snapshots: (signal) => Promise.all(all.map(async ({ rest }) => toJson(await rest.snapshot(signal)))) },

    compatibility: (slotId, csr, issuer, dnsNames) =>
      compatibilityOf({ slot: slotOf(slotId), csr, issuer, dnsNames: dnsNames ?? null }),
  };
}

/** A snapshot was JSON and was parsed as such. */
function toJson(snapshot: object): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

/** @throws AppError INVALID_SETTINGS for a slot that these nodes do not have, or not as one certificate for all of them. */
function slotFor(id: SlotId, { kind }: VosNode, distribution: VosSettings['distribution']): VosSlot {
  const slot = vosSlot(id, kind);
  if (distribution === 'this-server' || slot.multiServer) return slot;
  throw new AppError(
    'INVALID_SETTINGS',
    `"${id}" cannot be a multi-server certificate: each node has its own, in a connection of its own.`,
  );
}

async function identify({ rest, cli }: VosNode, product: string, signal: AbortSignal): Promise<ApplianceIdentity> {
  const snapshot = await rest.snapshot(signal);
  return {
    product,
    version: await versionOf(cli, signal),
    nodeName: snapshot.server,
    slots: SLOTS.filter((slot) => identityPem(snapshot, slot) !== null).map((slot) => slot.id),
  };
}

/** Null when SSH is not set up or does not answer. Refused credentials and foreign host keys are told. */
async function versionOf(cli: VosCli, signal: AbortSignal): Promise<string | null> {
  if (!cli.hasPinnedKey) return null;
  try {
    return parseVersion(
      await cli.session(signal, (shell) => ask(shell, 'show version active', signal, confirming('version-line'))),
    );
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
