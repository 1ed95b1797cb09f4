import { z } from 'zod';
import { appliancePlugin } from '../appliances/index.ts';
import { AppError } from '../domain/errors.ts';
import { Exchange } from '../plugins/exchange.ts';
import type { Logger } from '../plugins/plugin.ts';
import type { Recorder, SiteNames } from '../plugins/recorder.ts';
import { StandIns } from '../plugins/stand-ins.ts';
import type { AccountsDir, RecordingsFolder } from '../store/accounts-dir.ts';
import type { Connection } from '../store/store.ts';
import { VERSION } from '../version.ts';

/** Renewals of one connection whose recordings are kept. */
export const RECORDED_RENEWALS = 10;
/** Of one renewal. */
const EXCHANGES = 120;
const CHARACTERS = 750_000;

const FORMAT = 1;

const Head = z.object({
  format: z.literal(FORMAT),
  hosts: z.array(z.string()),
  users: z.array(z.string()),
  /** Exchanges that there was no room for. */
  dropped: z.number(),
});
type Head = z.output<typeof Head>;

const Line = Exchange.extend({ step: z.string() });
type Line = z.output<typeof Line>;

interface Recording {
  readonly head: Head;
  readonly lines: readonly Line[];
}

export interface KeptExchanges extends SiteNames {
  readonly exchanges: readonly Line[];
  readonly dropped: number;
}

/** First line of a download. */
export interface RecordingHeader {
  readonly certferry: string;
  readonly format: number;
  readonly plugin: string;
  readonly product: string | null;
  readonly release: string | null;
  readonly outcome: string | null;
  /** Which unconfirmed facts the exchanges tell something about, and what is taken to be so. */
  readonly facts: readonly { readonly id: string; readonly assumed: string; readonly exchanges: number }[];
  readonly exchanges: number;
  readonly dropped: number;
}

/**
 * What was said to appliances in renewals: in the connection's folder, without secrets but with the names of the site;
 * downloaded with stand-ins for these, so that it can be given to strangers (docs/adr/0024-recordings.md).
 */
export class Recordings {
  readonly #accounts: AccountsDir;
  readonly #log: Logger;

  constructor(accounts: AccountsDir, log: Logger) {
    this.#accounts = accounts;
    this.#log = log;
  }

  /** Writes what `recorder` kept since the last time. A recording that cannot be written stops no renewal. */
  async add(connection: Connection, renewalId: string, step: string, recorder: Recorder): Promise<void> {
    const fresh = recorder.take();
    if (fresh.length === 0) return;
    try {
      const folder = this.#folder(connection);
      const earlier = await read(folder, renewalId);
      const lines = [...earlier.lines, ...fresh.map((exchange) => ({ ...exchange, step }))];
      const kept = bounded(lines);
      const { hosts, users } = recorder.names;
      const head: Head = {
        format: FORMAT,
        hosts: [...new Set([...earlier.head.hosts, ...connection.dnsNames, ...hosts])],
        users: [...new Set([...earlier.head.users, ...users])],
        dropped: earlier.head.dropped + lines.length - kept.length,
      };
      await folder.write(fileOf(renewalId), jsonLines([head, ...kept]));
      await folder.keepLast(RECORDED_RENEWALS);
    } catch (err) {
      this.#log.warn({ err, renewalId }, 'recording not written');
    }
  }

  /**
   * JSON lines: a `RecordingHeader`, then an exchange each.
   *
   * @throws AppError NOT_FOUND when nothing was recorded, or it was removed.
   */
  async download(connection: Connection, renewal: { readonly id: string; readonly outcome: string | null }) {
    const { head, lines } = await read(this.#folder(connection), renewal.id);
    if (lines.length === 0) throw new AppError('NOT_FOUND', 'Nothing of this renewal was recorded, or it was removed.');
    const plugin = appliancePlugin(connection.appliance.plugin);
    const { product = null, release = null } = plugin.recordedAt?.(connection.appliance.settings, lines) ?? {};
    const header: RecordingHeader = {
      certferry: VERSION,
      format: FORMAT,
      plugin: plugin.id,
      product,
      release,
      outcome: renewal.outcome,
      facts: (plugin.unconfirmed ?? []).flatMap(({ id, assumed }) => {
        const exchanges = lines.filter(({ confirms }) => confirms.includes(id)).length;
        return exchanges > 0 ? [{ id, assumed, exchanges }] : [];
      }),
      exchanges: lines.length,
      dropped: head.dropped,
    };
    return jsonLines([header, ...withStandIns(head, lines)]);
  }

  /** The exchanges as they are kept, with the names of the site; null when there are none. */
  async read(connection: Connection, renewalId: string): Promise<KeptExchanges | null> {
    const { head, lines } = await read(this.#folder(connection), renewalId);
    return lines.length === 0
      ? null
      : { hosts: head.hosts, users: head.users, dropped: head.dropped, exchanges: lines };
  }

  #folder({ id, dnsNames, name }: Connection): RecordingsFolder {
    const [firstName = name] = dnsNames;
    return this.#accounts.connectionFolder({ id, firstName }).exchanges;
  }
}

function fileOf(renewalId: string): string {
  return `${renewalId}.jsonl`;
}

async function read(folder: RecordingsFolder, renewalId: string): Promise<Recording> {
  const text = await folder.read(fileOf(renewalId));
  if (text === null) return { head: { format: FORMAT, hosts: [], users: [], dropped: 0 }, lines: [] };
  const [head, ...lines] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
  return { head: Head.parse(head), lines: z.array(Line).parse(lines) };
}

/** The first exchanges give way first, those that no fact is shown by before the others. */
function bounded(lines: readonly Line[]): readonly Line[] {
  const kept = [...lines];
  let size = kept.reduce((sum, line) => sum + sizeOf(line), 0);
  while (kept.length > EXCHANGES || size > CHARACTERS) {
    const plain = kept.findIndex(({ confirms }) => confirms.length === 0);
    const [gone] = kept.splice(Math.max(0, plain), 1);
    size -= gone ? sizeOf(gone) : 0;
  }
  return kept;
}

function sizeOf(line: Line): number {
  return JSON.stringify(line).length;
}

/** Every text of every exchange; what the fields themselves say is ours. */
function withStandIns({ hosts, users }: Head, lines: readonly Line[]): readonly Line[] {
  const texts = lines.flatMap(({ peer, request, sent, answer, failure, headers, answerHeaders }) => [
    peer,
    request,
    ...[sent, answer, failure].filter((text) => text !== null),
    ...Object.values({ ...headers, ...answerHeaders }),
  ]);
  const standIns = new StandIns({ hosts, users }, texts);
  const put = (text: string | null) => (text === null ? null : standIns.replace(text));
  const all = (headers: Line['headers']) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, standIns.replace(value)]));
  return lines.map((line) => ({
    ...line,
    peer: standIns.replace(line.peer),
    request: standIns.replace(line.request),
    headers: all(line.headers),
    sent: put(line.sent),
    answerHeaders: all(line.answerHeaders),
    answer: put(line.answer),
    failure: put(line.failure),
  }));
}

function jsonLines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
