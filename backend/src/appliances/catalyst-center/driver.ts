import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createTlsDialer } from '../../plugins/tls-dialer.ts';
import { trustOf } from '../../plugins/trust.ts';
import { accessFindings } from '../_boxes/access-findings.ts';
import type { ActivationAction, ActivationCapability, ApplianceDriver, SlotId } from '../driver.ts';
import { type Attempt, attempt, blocked, ok, type Topic, warned } from '../findings.ts';
import { type Center, servedAt, uploadWithKey } from './install.ts';
import { CatalystRest } from './rest.ts';
import type { CatalystSettings } from './settings.ts';
import { SOURCES } from './sources.ts';

/** The only slot. */
export const SLOT = 'server';
const SERVICE = 'web server';
/** A rule of thumb; Cisco gives no figure. */
const EXPECTED_SECONDS = 300;

/** One Catalyst Center, or a cluster of them behind one address. */
export function createCatalystDriver(settings: CatalystSettings, deps: PluginDeps): ApplianceDriver {
  const center = centerOf(settings, deps);
  return {
    async identify(signal) {
      await center.rest.logIn(signal);
      return { product: 'Cisco Catalyst Center', version: null, nodeName: center.name, slots: [SLOT] };
    },
    check: (slotId, _dnsNames, signal) => check(center, slotId, signal),
    async readInstalled(slotId, signal) {
      slotOf(slotId);
      // Whoever may not put a certificate there should hear so before one is ordered.
      await center.rest.logIn(signal);
      return await readServed(center, signal);
    },
    async install(slotId, chain, key, signal) {
      slotOf(slotId);
      return await uploadWithKey(center, chain, key, signal);
    },
    async endpoints(slotId) {
      slotOf(slotId);
      return center.endpoints;
    },
    key: { kinds: ['RSA 2048', 'RSA 3072', 'RSA 4096'] },
    activation: activationOf(center),
  };
}

function centerOf(settings: CatalystSettings, deps: PluginDeps): Center {
  const { host, serverName, apiPort, user, password, servedPorts, apiTimeoutSeconds } = settings;
  const name = (serverName ?? host).toLowerCase();
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  return {
    rest: new CatalystRest({ http, host, name, port: apiPort, user, password }),
    dialer: createTlsDialer(),
    clock: deps.clock,
    name,
    settings,
    endpoints: servedPorts.map((port) => ({ host, port, serverName: name })),
  };
}

/** @throws AppError INVALID_SETTINGS */
function slotOf(id: SlotId): void {
  if (id !== SLOT) throw new AppError('INVALID_SETTINGS', `There is no slot "${id}"; there is "${SLOT}".`);
}

/** No call gives the certificate, so that of the first endpoint stands for it. */
async function readServed(
  { endpoints, dialer, name }: Center,
  signal: AbortSignal,
): Promise<CertificateFacts | null | 'unreadable'> {
  const [first] = endpoints;
  const served = first ? await servedAt(first, dialer, signal) : null;
  if (!served) throw new AppError('APPLIANCE_UNREACHABLE', `${name} serves no certificate.`);
  try {
    return readCertificate(served.leafPem);
  } catch (error) {
    if (error instanceof UnreadableCertificateError) return 'unreadable';
    throw error;
  }
}

async function check(center: Center, slotId: SlotId, signal: AbortSignal): Promise<readonly Finding[]> {
  const slot = await attempt(async () => slotOf(slotId), signal);
  if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
  const login = await attempt(() => center.rest.logIn(signal), signal);
  const first: Attempt<string> = login.ok ? { ok: true, value: 'It gives a token.' } : login;
  const api: Topic = { id: 'appliance.api', title: 'Intent API', reference: SOURCES.api };
  const served: Topic = { id: 'appliance.slot', title: 'Served certificate' };
  const held = await attempt(() => readServed(center, signal), signal);
  return [
    ...accessFindings(first, api, 'Check that this is a Catalyst Center.'),
    held.ok ? ok(served, wordsOf(held.value)) : blocked(served, held.error),
    warned(
      { id: 'appliance.proof', title: 'Restart', reference: SOURCES.netSsl },
      'It takes up a new certificate by itself, and its web server is away for some minutes.',
      'Give the connection a restart window where that matters. Devices that trust the old certificate alone have to learn the CA first.',
    ),
  ];
}

function wordsOf(held: CertificateFacts | null | 'unreadable'): string {
  if (held === null || held === 'unreadable') return 'It cannot be read.';
  return `${held.subject}, issued by ${held.issuer}, valid until ${held.notAfter}.`;
}

function activationOf({ rest, name, settings, endpoints }: Center): ActivationCapability {
  const id = `${name}/${SERVICE}`;
  const refuseOthers = (action: ActivationAction) => {
    if (action.id === id) return;
    throw new AppError('INVALID_SETTINGS', `"${action.id}" is no restart that certferry knows on this appliance.`);
  };
  return {
    beginsWithinMs: 60_000,
    patienceMs: settings.restartPatienceSeconds * 1000,
    group: `catalyst-center:${settings.host}`,
    pauseMs: 0,
    async plan(slotId) {
      slotOf(slotId);
      const impact = 'web pages and API are away for some minutes';
      return [
        {
          id,
          node: name,
          service: SERVICE,
          impact,
          endpoints,
          expectedSeconds: EXPECTED_SECONDS,
          beginsWithInstall: true,
        },
      ];
    },
    async start(action, accepted) {
      refuseOthers(action);
      await accepted();
      return 'unknown';
    },
    async status(action, signal) {
      refuseOthers(action);
      try {
        await rest.logIn(signal);
        return 'done';
      } catch (error) {
        signal.throwIfAborted();
        const isSilent = error instanceof AppError && SILENT.includes(error.code);
        if (isSilent) return 'unknown';
        throw error;
      }
    },
  };
}

/** While its web server starts, a proxy answers in its place. */
const SILENT: readonly string[] = [
  'APPLIANCE_UNREACHABLE',
  'APPLIANCE_BUSY',
  'APPLIANCE_NOT_TRUSTED',
  'APPLIANCE_REFUSED',
  'APPLIANCE_PROTOCOL',
];
