import type { ActivationAction, ActivationCapability } from '../../appliances/driver.ts';
import { readCertificate } from '../../domain/certificate.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { ActivationRecord, ServedEndpoint } from '../facts.ts';
import { pollUntil } from '../poll.ts';
import { defineStep, type StepContext } from '../step.ts';
import { allServe, describeServed, lookAt } from './look.ts';

/** Errors of `start` that prove nothing was restarted: the appliance was not even asked. */
const NEVER_ASKED: readonly ErrorCode[] = [
  'APPLIANCE_DENIED',
  'APPLIANCE_NOT_TRUSTED',
  'APPLIANCE_FORBIDDEN',
  'INVALID_SETTINGS',
];

/**
 * Restarts what must be restarted, one action after the other, each at most once.
 *
 * That it starts is stored before the appliance is told, and that the appliance began is stored as soon as it says so.
 * A run that finds the first without the second cannot know whether the command arrived. It looks: a restart that
 * happened leads to the new certificate, so an endpoint that still serves the old one when the time to begin is over
 * was not restarted, and only then the action is started (again).
 */
export const activate = defineStep({
  name: 'activate',
  title: 'Restart the service',
  needs: ['target', 'chain'],
  uses: [],
  gives: ['activation'],

  async run({ target, chain, activation: kept = [] }, ctx) {
    const { activation: capability } = ctx.appliance;
    if (!capability) return { kind: 'done', gives: { activation: [] }, summary: 'no restart needed' };
    const { sha256 } = readCertificate(chain.leafPem);
    const served = () => isServed(target.slot, sha256, ctx);
    if (kept.length === 0 && (await served()))
      return { kind: 'done', gives: { activation: [] }, summary: 'already served' };
    const plan = await capability.plan(target.slot, ctx.signal);
    if (target.activation === 'ask' && kept.length === 0 && !ctx.released) return { kind: 'hold', ask: question(plan) };
    const book = new Book(kept, ctx);
    await using _turn = await ctx.turn(capability.group, capability.pauseMs);
    const performance = { capability, book, served, sha256, ctx };
    for (const [index, action] of plan.entries()) {
      await perform(action, performance);
      if (index < plan.length - 1) await servesBeforeNext(action, performance);
    }
    return { kind: 'done', gives: { activation: book.records }, summary: plan.map(({ id }) => id).join(', ') };
  },
});

type Context = StepContext<'activation'>;

interface Performance {
  readonly capability: ActivationCapability;
  readonly book: Book;
  /** Whether every endpoint serves the new certificate already. */
  readonly served: () => Promise<boolean>;
  readonly sha256: string;
  readonly ctx: Context;
}

async function perform(action: ActivationAction, performance: Performance): Promise<void> {
  const { book } = performance;
  const record = book.find(action);
  if (record?.done) return;
  const began = record !== null && (record.accepted || (await didBegin(record, performance)));
  if (!began) await start(action, performance);
  await finish(action, performance);
  await book.write(action, { accepted: true, done: true });
}

async function start(action: ActivationAction, { capability, book, ctx }: Performance): Promise<void> {
  await book.open(action);
  try {
    await capability.start(action, () => book.write(action, { accepted: true }), ctx.signal);
  } catch (err) {
    if (err instanceof AppError && NEVER_ASKED.includes(err.code)) await book.strike(action);
    throw err;
  }
}

/**
 * True when the action certainly began; false when it certainly did not. Waits until it can be told.
 *
 * @throws AppError APPLIANCE_UNREACHABLE when it cannot be told.
 */
async function didBegin(record: ActivationRecord, { capability, served, ctx }: Performance): Promise<boolean> {
  const { action, startedAt } = record;
  await ctx.note(
    `certferry was interrupted while it started ${action.id}; it looks whether that began before starting again.`,
  );
  const decideAt = new Date(startedAt).getTime() + capability.beginsWithinMs;
  const began = await pollUntil(
    ctx,
    new Date(Math.max(decideAt, ctx.clock.now().getTime()) + capability.patienceMs),
    async () => {
      if (await served()) return true;
      const status = await capability.status(action, ctx.signal);
      if (status === 'running') return true;
      return status === 'done' && ctx.clock.now().getTime() >= decideAt ? false : null;
    },
  );
  if (began === null) throw new AppError('APPLIANCE_UNREACHABLE', `Nobody can say whether ${action.id} began.`);
  return began;
}

/** The certificate that is served outranks what the appliance says of its service. */
async function finish(action: ActivationAction, { capability, served, ctx }: Performance): Promise<void> {
  const deadline = new Date(ctx.clock.now().getTime() + capability.patienceMs);
  const end = await pollUntil(ctx, deadline, async () => {
    if (await served()) return true;
    return (await capability.status(action, ctx.signal)) === 'done' ? true : null;
  });
  if (!end)
    throw new AppError(
      'ACTIVATION_FAILED',
      `${action.id} did not come back within ${Math.round(capability.patienceMs / 1000)} seconds.`,
    );
}

/** A node that does not come back with the new certificate must not be followed by the next one. */
async function servesBeforeNext(
  { id, endpoints }: ActivationAction,
  { capability, sha256, ctx }: Performance,
): Promise<void> {
  if (endpoints.length === 0) return;
  let last: readonly ServedEndpoint[] = [];
  const deadline = new Date(ctx.clock.now().getTime() + capability.patienceMs);
  const seen = await pollUntil(ctx, deadline, async () => {
    last = await lookAt(endpoints, ctx);
    return allServe(last, sha256) || null;
  });
  if (seen) return;
  throw new AppError(
    'SERVED_CERTIFICATE_DIFFERS',
    `After ${id}, nothing further is restarted: ${describeServed(last, sha256, null)}.`,
  );
}

async function isServed(slot: string, sha256: string, ctx: Context): Promise<boolean> {
  return allServe(await lookAt(await ctx.appliance.endpoints(slot, ctx.signal), ctx), sha256);
}

function question(plan: readonly ActivationAction[]): string {
  const lines = plan.map(({ id, impact }) => `${id}: ${impact}`);
  return `The certificate is installed. Say go to restart:\n${lines.join('\n')}`;
}

/** The stored account of what was started. */
class Book {
  #records: readonly ActivationRecord[];
  readonly #ctx: Context;

  constructor(records: readonly ActivationRecord[], ctx: Context) {
    this.#records = records;
    this.#ctx = ctx;
  }

  get records(): readonly ActivationRecord[] {
    return this.#records;
  }

  find({ id }: ActivationAction): ActivationRecord | null {
    return this.#records.find(({ action }) => action.id === id) ?? null;
  }

  async open(action: ActivationAction): Promise<void> {
    const record = { action, startedAt: this.#ctx.clock.now().toISOString(), accepted: false, done: false };
    await this.#store([...this.#without(action), record]);
  }

  async write(action: ActivationAction, change: Partial<ActivationRecord>): Promise<void> {
    await this.#store(
      this.#records.map((record) => (record.action.id === action.id ? { ...record, ...change } : record)),
    );
  }

  async strike(action: ActivationAction): Promise<void> {
    await this.#store(this.#without(action));
  }

  #without({ id }: ActivationAction): ActivationRecord[] {
    return this.#records.filter(({ action }) => action.id !== id);
  }

  async #store(records: readonly ActivationRecord[]): Promise<void> {
    this.#records = records;
    await this.#ctx.keep({ activation: records });
  }
}
