import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { BackupsView } from '../api/contract/backups.ts';
import type { ConnectionItem, ConnectionList } from '../api/contract/lists.ts';
import type { NotifierTestView, NotifierView, RuleView } from '../api/contract/notify.ts';
import type { PlanView } from '../api/contract/plan.ts';
import type { ConnectionView, PreflightView, RenewalSummary, RenewalView } from '../api/contract.ts';
import type { DiscoveredNode, TrustStoreEntry } from '../appliances/driver.ts';
import type { Backup } from '../backup/backups.ts';
import type { Config } from '../config/config.ts';
import { type EnvRecord, readVariable } from '../config/env.ts';
import type { DnsCheck } from '../dns/check.ts';
import { AppError, ERRORS, type ErrorCode } from '../domain/errors.ts';
import type { Explanation } from '../reconcile/explain.ts';
import type { BlastRadius } from '../renewal/blast-radius.ts';
import type { RenewalOptions } from '../renewal/runner.ts';
import type { Leftover, Swept } from '../renewal/sweeper.ts';
import type { StoredEvent } from '../store/events.ts';
import { addressOf } from '../transport/daemon-address.ts';

export interface DnsQuestion {
  readonly name: string;
  readonly value: string | null;
  readonly connectionId: number;
  readonly resolvers: readonly string[];
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** As many as the API gives at once. */
const LIST_PAGE = 500;

/** Speaks to the daemon of this installation over its API. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;
  readonly #dispatcher: Dispatcher | null;

  /** `dispatcher`: null to trust what Node.js trusts. */
  constructor(base: string, token: string, dispatcher: Dispatcher | null = null) {
    this.#base = base;
    this.#token = token;
    this.#dispatcher = dispatcher;
  }

  /**
   * The daemon that `config` describes, with an API token of the environment or the access token of this machine.
   *
   * @throws AppError INVALID_SETTINGS when there is no token: the daemon has never run here.
   */
  static async find(env: EnvRecord, config: Config): Promise<ApiClient> {
    const { base, dispatcher } = await addressOf(config);
    const file = join(config.dataDir, 'access-token');
    try {
      const given = readVariable(env, 'CERTFERRY_TOKEN') ?? readVariable(env, 'CERTFERRY_ACCESS_TOKEN');
      return new ApiClient(base, given ?? (await readFile(file, 'utf8')).trim(), dispatcher);
    } catch (cause) {
      throw new AppError(
        'INVALID_SETTINGS',
        `No token: set CERTFERRY_TOKEN to an API token, or run this where the daemon keeps ${file}.`,
        { cause },
      );
    }
  }

  /** For commands that are the only ones to ask for something. The type is that of the daemon's contract. */
  ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return this.#json<T>(method, path, body);
  }

  /** All of them, in the order in which they were added. */
  async connections(): Promise<readonly ConnectionItem[]> {
    const all: ConnectionItem[] = [];
    for (let page: number | null = 1; page !== null; ) {
      const list: ConnectionList = await this.#json('GET', `/connections?limit=${LIST_PAGE}&page=${page}`);
      all.push(...list.items);
      page = list.next;
    }
    return all;
  }

  addConnection(input: unknown): Promise<ConnectionView> {
    return this.#json('POST', '/connections', input);
  }

  async removeConnection(id: string): Promise<void> {
    await this.#json('DELETE', `/connections/${encodeURIComponent(id)}`);
  }

  get<T>(path: string): Promise<T> {
    return this.#json('GET', path);
  }

  /** What is no JSON document. */
  async text(path: string): Promise<string> {
    return await (await this.#send('GET', path)).body.text();
  }

  async postForText(path: string, body: unknown): Promise<string> {
    return await (await this.#send('POST', path, body)).body.text();
  }

  async postForBytes(path: string, body: unknown): Promise<Buffer> {
    return Buffer.from(await (await this.#send('POST', path, body)).body.arrayBuffer());
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#json('POST', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#json('DELETE', path);
  }

  preflight(id: string, writeTestRecord: boolean): Promise<PreflightView> {
    return this.#json('POST', `/connections/${encodeURIComponent(id)}/preflight`, { writeTestRecord });
  }

  blastRadius(id: string): Promise<BlastRadius> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}/plan`);
  }

  backups(): Promise<BackupsView> {
    return this.#json('GET', '/backups');
  }

  makeBackup(): Promise<Backup> {
    return this.#json('POST', '/backups', {});
  }

  plan(scenario: string): Promise<PlanView> {
    return this.#json('GET', `/plan?${new URLSearchParams({ scenario })}`);
  }

  explanation(id: string): Promise<Explanation> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}/explanation`);
  }

  nodes(id: string): Promise<readonly DiscoveredNode[]> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}/nodes`);
  }

  connection(id: string): Promise<ConnectionView> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}`);
  }

  snapshots(id: string): Promise<readonly unknown[]> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}/snapshots`);
  }

  trust(id: string): Promise<readonly TrustStoreEntry[]> {
    return this.#json('GET', `/connections/${encodeURIComponent(id)}/trust`);
  }

  renewals(): Promise<readonly RenewalSummary[]> {
    return this.#json('GET', '/renewals');
  }

  startRenewal(connectionId: string, options: RenewalOptions): Promise<RenewalView> {
    return this.#json('POST', `/connections/${encodeURIComponent(connectionId)}/renewals`, options);
  }

  cancel(renewalId: string): Promise<RenewalView> {
    return this.#json('POST', `/renewals/${encodeURIComponent(renewalId)}/cancel`, {});
  }

  resume(renewalId: string, confirmation: string | null): Promise<RenewalView> {
    return this.#json('POST', `/renewals/${encodeURIComponent(renewalId)}/resume`, { confirmation });
  }

  /** JSON lines: a header, then an exchange each. */
  async recording(renewalId: string): Promise<string> {
    const response = await this.#send('GET', `/renewals/${encodeURIComponent(renewalId)}/exchanges`);
    return await response.body.text();
  }

  notifiers(): Promise<readonly NotifierView[]> {
    return this.#json('GET', '/notifiers');
  }

  notificationRules(): Promise<readonly RuleView[]> {
    return this.#json('GET', '/notification-rules');
  }

  addNotifier(input: unknown): Promise<NotifierView> {
    return this.#json('POST', '/notifiers', input);
  }

  async removeNotifier(id: string): Promise<void> {
    await this.#json('DELETE', `/notifiers/${encodeURIComponent(id)}`);
  }

  testNotifier(id: string, send: boolean): Promise<NotifierTestView> {
    return this.#json('POST', `/notifiers/${encodeURIComponent(id)}/test`, { send });
  }

  checkDns(question: DnsQuestion): Promise<DnsCheck> {
    return this.#json('POST', '/dns/check', question);
  }

  leftovers(): Promise<readonly Leftover[]> {
    return this.#json('GET', '/dns/leftovers');
  }

  async forgetLeftovers(renewalId: string): Promise<void> {
    await this.#send('DELETE', `/dns/leftovers/${encodeURIComponent(renewalId)}`);
  }

  sweep(): Promise<readonly Swept[]> {
    return this.#json('POST', '/dns/sweep', {});
  }

  /** The events of one renewal from its beginning, until the daemon closes the stream. */
  async *follow(renewalId: string, after: number, signal: AbortSignal): AsyncGenerator<StoredEvent> {
    const query = new URLSearchParams({ renewalId, after: String(after) });
    const response = await this.#send('GET', `/events?${query}`, undefined, signal);
    const messages: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (message) => messages.push(message) });
    for await (const chunk of response.body.setEncoding('utf8')) {
      parser.feed(String(chunk));
      // The daemon of the same version wrote it.
      for (const { data } of messages.splice(0)) yield JSON.parse(data) as StoredEvent;
    }
  }

  /** One call of /api/v1. @throws AppError with the code that the daemon answered */
  json<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return this.#json(method, path, body);
  }

  async #json<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    const text = await response.body.text();
    // The daemon of the same version wrote it.
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async #send(method: Method, path: string, body?: unknown, signal?: AbortSignal) {
    const response = await this.#reach(method, path, body, signal);
    if (response.statusCode < 400) return response;
    throw problemError(await response.body.text());
  }

  async #reach(method: Method, path: string, body?: unknown, signal?: AbortSignal) {
    try {
      return await request(`${this.#base}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        bodyTimeout: 0,
        headersTimeout: 300_000,
        ...(this.#dispatcher && { dispatcher: this.#dispatcher }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      throw new AppError('NOT_FOUND', `No daemon answers at ${this.#base}. Start it with \`certferry serve\`.`, {
        cause,
      });
    }
  }
}

const problem = z.object({
  code: z.string().refine((code): code is ErrorCode => code in ERRORS),
  detail: z.string(),
});

function problemError(body: string): AppError {
  const parsed = problem.safeParse(JSON.parse(body));
  if (!parsed.success) return new AppError('INTERNAL', `The daemon answered: ${body.slice(0, 500)}`);
  return new AppError(parsed.data.code as ErrorCode, parsed.data.detail);
}
