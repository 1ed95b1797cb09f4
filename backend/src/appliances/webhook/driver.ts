import type { CertificateChain, CertificateFacts } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { Secret } from '../../domain/secret.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { keyFilesOf, leafIn, ONLY_SLOT, refuseOtherSlot } from '../_hosts/key-files.ts';
import { shownAt } from '../_hosts/shown-at.ts';
import type { ApplianceDriver, InstallReceipt, KeyMaterial } from '../driver.ts';
import { attempt, blocked, ok, skipped, type Topic, warned } from '../findings.ts';
import { Agent } from './agent.ts';
import { bundleJson } from './bundle.ts';
import { readWebhook, type Webhook, type WebhookSettings } from './settings.ts';

export function createWebhookDriver(settings: WebhookSettings, { http, clock }: PluginDeps): ApplianceDriver {
  const webhook = readWebhook(settings);
  const { endpoints, trust } = webhook;
  const withAgent = async <T>(signal: AbortSignal, work: (agent: Agent) => Promise<T>) => {
    signal.throwIfAborted();
    await using client = http({ trust });
    return await work(new Agent(client, clock, webhook));
  };
  return {
    async identify(signal) {
      await withAgent(signal, (agent) => agent.greet(signal));
      return { product: 'Webhook', version: null, nodeName: new URL(webhook.url).hostname, slots: [ONLY_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      refuseOtherSlot(slot);
      return await withAgent(signal, (agent) => findings(agent, webhook, signal));
    },
    async readInstalled(slot, signal) {
      refuseOtherSlot(slot);
      return await withAgent(signal, (agent) => readInstalled(agent, webhook, signal));
    },
    async install(slot, chain, key, signal) {
      refuseOtherSlot(slot);
      return await withAgent(signal, (agent) => install(agent, webhook, { chain, key }, signal));
    },
    async endpoints(slot) {
      refuseOtherSlot(slot);
      return endpoints;
    },
    key: { kinds: KEY_KINDS },
  };
}

/** What the agent says, else what clients meet: null when nobody answers there. */
async function readInstalled(
  agent: Agent,
  { endpoints }: Webhook,
  signal: AbortSignal,
): Promise<CertificateFacts | null | 'unreadable'> {
  const state = await agent.state(signal);
  if (state === null) return (await shownAt(endpoints, signal))[0] ?? null;
  const { sha256, certificate } = state;
  if (sha256 === null) return null;
  const shown = certificate === null ? null : leafIn(certificate);
  const candidates = shown !== null && shown !== 'unreadable' ? [shown] : await shownAt(endpoints, signal);
  return candidates.find((found) => found.sha256 === sha256) ?? 'unreadable';
}

interface Given {
  readonly chain: CertificateChain;
  readonly key: KeyMaterial;
}

async function install(
  agent: Agent,
  { sendKey }: Webhook,
  { chain, key }: Given,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const files = keyFilesOf(chain, key);
  const leaf = leafIn(files.certificate);
  if (leaf === null || leaf === 'unreadable') throw new AppError('INTERNAL', 'There is no certificate to send.');
  const { sha256 } = leaf;
  if ((await agent.state(signal))?.sha256 === sha256) return { changed: false, sha256 };
  const body = bundleJson(chain, files, sendKey ? files.key : null);
  const idempotencyKey = sendKey ? `${sha256}-with-key` : sha256;
  const { changed } = await agent.deliver({ body, idempotencyKey, sha256, secrets: partsOf(files.key) }, signal);
  const state = await agent.state(signal);
  if (state === null || state.sha256 === sha256) return { changed, sha256 };
  const words = `The agent took the certificate, but says that it has ${state.sha256 ?? 'none'}.`;
  throw new AppError('APPLIANCE_PROTOCOL', words);
}

/** An agent that repeats a key may do so in part. */
function partsOf(key: Secret): readonly Secret[] {
  const lines = key.reveal().split('\n');
  return [key, ...lines.filter((line) => line.length > 8 && !line.startsWith('-')).map((line) => new Secret(line))];
}

const AGENT: Topic = { id: 'webhook.agent', title: 'Agent' };
const STATE: Topic = { id: 'webhook.state', title: 'What the agent has' };
const KEY: Topic = { id: 'webhook.key', title: 'Private key' };
const SEEN: Topic = { id: 'webhook.seen', title: 'What clients meet' };

async function findings(agent: Agent, webhook: Webhook, signal: AbortSignal): Promise<readonly Finding[]> {
  const greeted = await attempt(() => agent.greet(signal), signal);
  const first = greeted.ok ? ok(AGENT, 'It answers.') : blocked(AGENT, greeted.error);
  const state = greeted.ok ? await stateFinding(agent, signal) : skipped(STATE, 'The agent could not be asked.');
  const shown = await shownAt(webhook.endpoints, signal);
  const key = webhook.sendKey
    ? ok(KEY, 'It is sent with the certificate.')
    : warned(
        KEY,
        'It stays here: the agent gets certificates alone.',
        'Set sendKey, unless the agent gets the key in another way.',
      );
  const seen =
    shown.length === webhook.endpoints.length
      ? ok(SEEN, 'Every address shows a certificate.')
      : warned(SEEN, 'Not every address shows a certificate.', 'A renewal is over only when all of them do.');
  return [first, state, key, seen];
}

async function stateFinding(agent: Agent, signal: AbortSignal): Promise<Finding> {
  const asked = await attempt(() => agent.state(signal), signal);
  if (!asked.ok) return blocked(STATE, asked.error);
  if (asked.value === null) return ok(STATE, 'Not asked: what is served counts.');
  return ok(STATE, asked.value.sha256 === null ? 'None yet.' : `The certificate ${asked.value.sha256}.`);
}
