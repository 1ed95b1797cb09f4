import { AppError } from '../domain/errors.ts';
import type { NoticeMessage } from '../domain/notice.ts';
import { ClientPool } from '../plugins/client-pool.ts';
import type { PluginDeps } from '../plugins/plugin.ts';
import { parseSettings } from '../plugins/settings.ts';
import type { NotifierRow } from '../store/notify.ts';
import { readSettings } from '../store/plugin-refs.ts';
import type { PluginRef, Store } from '../store/store.ts';
import { Deliverer } from './deliverer.ts';
import { sendDigests } from './digest.ts';
import { notifierPlugin } from './index.ts';
import { later } from './instants.ts';
import type { Notifier } from './notifier.ts';
import { NoticeReader } from './reader.ts';
import { remind } from './reminders.ts';
import { reviveAfterChange } from './revival.ts';
import type { SubjectDeps } from './subject.ts';

export interface NoticesDeps extends PluginDeps, SubjectDeps {
  readonly store: Store;
}

type Settings = Readonly<Record<string, unknown>>;

/** What came back of a test. */
export interface TestResult {
  readonly sent: boolean;
  readonly answer: string;
  readonly tookMs: number;
}

const KEPT_MS = 90 * 86_400_000;

/** Tells people: reads the event log, keeps what is the matter, and delivers. */
export class Notices implements AsyncDisposable {
  readonly #deps: NoticesDeps;
  readonly #deliverer: Deliverer;
  readonly #reader: NoticeReader;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
    const notifier = async ({ use }: NotifierRow) => this.#build(use.plugin, await readSettings(use, deps.store.vault));
    this.#deliverer = new Deliverer({ ...deps, notifier });
    this.#reader = new NoticeReader({ ...deps, wake: (ids) => this.#deliverer.wake(ids) });
  }

  async start(): Promise<void> {
    await this.#deliverer.start();
    await this.#reader.start();
  }

  /** False while what happened minutes ago was not made into messages. */
  isCurrent(): Promise<boolean> {
    return this.#reader.isCurrent();
  }

  /** To be called every minute: reminders and digests are due by the clock, not by an event. */
  async tick(): Promise<void> {
    const { store, clock, publicUrl } = this.#deps;
    const now = clock.now();
    const told = await store.transaction(async (tx) => [
      ...(await remind(tx, now)),
      ...(await sendDigests(tx, now, publicUrl)),
    ]);
    this.#deliverer.wake(told);
    if (now.getUTCMinutes() === 0) await store.notify.notices.prune(later(now.toISOString(), -KEPT_MS));
  }

  /** Has a channel try again now what waits, and what it gave up of what is still the matter, after its settings were changed. */
  async hurry(notifierId: number): Promise<void> {
    await this.#deps.store.transaction(async (tx) => {
      await tx.notify.notices.hurry(notifierId);
      await reviveAfterChange(tx, notifierId);
    });
    this.#deliverer.wake([notifierId]);
  }

  /**
   * Sends a test over a channel, or only asks the service when `send` is false. Nothing is kept of it.
   *
   * @throws AppError INVALID_SETTINGS, NOTIFIER_…
   */
  async test(
    use: Pick<PluginRef, 'plugin'>,
    settings: Settings,
    send: boolean,
    signal: AbortSignal,
  ): Promise<TestResult> {
    const { clock, publicUrl } = this.#deps;
    await using notifier = this.#build(use.plugin, settings);
    const began = performance.now();
    const answer = send
      ? await notifier.send(testMessage(clock.now(), publicUrl), signal)
      : await asked(notifier, use.plugin, signal);
    return { sent: send, answer, tookMs: Math.round(performance.now() - began) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
    await this.#deliverer[Symbol.asyncDispose]();
  }

  /** @throws AppError INVALID_SETTINGS, also for settings that are good one by one and contradict each other */
  #build(pluginId: string, settings: Settings): Notifier & AsyncDisposable {
    const plugin = notifierPlugin(pluginId);
    const clients = new ClientPool();
    const deps = { ...this.#deps, http: clients.factory(this.#deps.http) };
    const notifier = plugin.create(parseSettings(plugin.title, plugin.settings, settings), deps);
    return {
      send: (message, signal) => notifier.send(message, signal),
      ...(notifier.check ? { check: (signal: AbortSignal) => notifier.check?.(signal) ?? Promise.resolve('') } : {}),
      [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
    };
  }

  /** @throws AppError INVALID_SETTINGS */
  async validate(pluginId: string, settings: Settings): Promise<void> {
    await this.#build(pluginId, settings)[Symbol.asyncDispose]();
  }
}

async function asked(notifier: Notifier, plugin: string, signal: AbortSignal): Promise<string> {
  if (notifier.check) return await notifier.check(signal);
  throw new AppError('BAD_REQUEST', `${notifierPlugin(plugin).title} cannot be asked without sending: send a test.`);
}

function testMessage(now: Date, publicUrl: string | null): NoticeMessage {
  return {
    id: `test-${now.getTime()}`,
    key: 'daemon/test',
    kind: 'test',
    severity: 'info',
    subject: 'Test of certferry',
    title: 'Test',
    body: 'Somebody asked certferry for a test of this channel.\n\nIf you can read this, it works: <b>no</b> *markup* _of_ [messages](x) & no `code` is interpreted.',
    facts: [{ label: 'Sent', value: now.toISOString() }],
    link: publicUrl,
    connection: null,
    at: now.toISOString(),
    recoverOf: null,
  };
}
