import type { ActivationAction, ActivationCapability } from '../../appliances/driver.ts';
import { readCertificate } from '../../domain/certificate.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import { sleep } from '../../plugins/clock.ts';
import type { ActivationRecord, Facts, ServedEndpoint } from '../facts.ts';
import { pollUntil } from '../poll.ts';
import { RestartGate } from '../restart-gate.ts';
import { defineStep, type StepContext } from '../step.ts';
import { allServe, describeServed, lookAt } from './look.ts';

/** Errors of `start` that prove nothing was restarted: the appliance was not asked, or said that it does not do it now. */
const NOT_BEGUN: readonly ErrorCode[] = [
  'APPLIANCE_BUSY',
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
  uses: ['installed'],
  gives: ['permission', 'activation'],

  async run({ target, chain, installed, permission, activation: kept = [] }, ctx) {
    const { activation: capability } = ctx.appliance;
    if (!capability) return { kind: 'done', gives: { activation: [] }, summary: 'no restart needed' };
    const { sha256 } = readCertificate(chain.leafPem);
    const now = kept.length === 0 || target.restartCalendar ? await lookAtSlot(target.slot, ctx) : [];
    if (kept.length === 0 && allServe(now, sha256))
      return { kind: 'done', gives: { activation: [] }, summary: 'already served' };
    const actions = await capability.plan(target.slot, ctx.signal);
    const book = new Book(kept, ctx);
    const gate = new RestartGate({ target, actions, notAfter: firstToEnd(now, sha256) }, permission, ctx);
    const plan = { actions, book, gate };
    const closed = await beforeNode(actions[0], plan);
    if (closed) return closed;
    await using _turn = await ctx.turn(capability.group, capability.pauseMs);
    const before = installed && installed !== 'unreadable' ? installed.sha256 : null;
    const performance = { capability, book, before, sha256, patienceMs: patienceMs(target, capability), ctx };
    for (const [index, action] of actions.entries()) {
      // The turn may have been long in coming, and the window is not open for ever.
      const rest = await beforeNode(action, plan);
      if (rest) return rest;
      await perform(action, performance);
      const next = actions[index + 1];
      if (next) await beforeNext(action, next, performance);
    }
    return { kind: 'done', gives: { activation: book.records }, summary: summaryOf(actions) };
  },
});

type Context = StepContext<'permission' | 'activation'>;

interface Plan {
  readonly actions: readonly ActivationAction[];
  readonly book: Book;
  readonly gate: RestartGate;
}

async function lookAtSlot(slot: string, ctx: Context): Promise<readonly ServedEndpoint[]> {
  return lookAt(await ctx.appliance.endpoints(slot, ctx.signal), ctx);
}

/** A node whose restarts have begun is finished, whatever the window says; before any other one the window is asked. */
async function beforeNode(action: ActivationAction | undefined, { actions, book, gate }: Plan) {
  if (!action) return null;
  const own = actions.filter(({ node }) => node === action.node);
  if (own.some((one) => book.find(one))) return null;
  const seconds = own.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  return gate.rest(seconds, book.records.length > 0);
}

/** ISO 8601; null when no endpoint shows another certificate than the new one. */
function firstToEnd(now: readonly ServedEndpoint[], sha256: string): string | null {
  const ends = now.flatMap((one) => (one.sha256 === sha256 || one.notAfter === null ? [] : [one.notAfter]));
  return ends.sort()[0] ?? null;
}

interface Performance {
  readonly capability: ActivationCapability;
  readonly book: Book;
  /** Of the certificate that was replaced; null when there was none. */
  readonly before: string | null;
  readonly sha256: string;
  /** Milliseconds until what was restarted must serve the new certificate. */
  readonly patienceMs: number;
  readonly ctx: Context;
}

async function perform(action: ActivationAction, performance: Performance): Promise<void> {
  const { book, ctx } = performance;
  const record = book.find(action);
  if (record?.done) return;
  const began = record !== null && (record.accepted || (await didBegin(record, performance)));
  const isBack = !began && (await start(action, performance)) === 'done';
  if (!isBack) await finish(action, performance);
  await book.write(action, { accepted: true, done: true, doneAt: ctx.clock.now().toISOString() });
  await ctx.note(`${action.id} is back.`);
}

async function start(action: ActivationAction, { capability, book, ctx }: Performance): Promise<'done' | 'unknown'> {
  await book.open(action);
  try {
    return await capability.start(action, () => book.write(action, { accepted: true }), ctx.signal);
  } catch (err) {
    if (err instanceof AppError && NOT_BEGUN.includes(err.code)) await book.strike(action);
    throw err;
  }
}

/**
 * True when the action certainly began; false when it certainly did not. Waits until it can be told.
 *
 * @throws AppError APPLIANCE_UNREACHABLE when it cannot be told.
 */
async function didBegin(record: ActivationRecord, performance: Performance): Promise<boolean> {
  const { capability, ctx } = performance;
  const { action, startedAt } = record;
  await ctx.note(
    `certferry was interrupted while it started ${action.id}; it looks whether that began before starting again.`,
  );
  const decideAt = new Date(startedAt).getTime() + capability.beginsWithinMs;
  const began = await pollUntil(
    ctx,
    new Date(Math.max(decideAt, ctx.clock.now().getTime()) + capability.patienceMs),
    async () => {
      if (await isServedAfter(action, performance)) return true;
      const status = await capability.status(action, ctx.signal);
      if (status === 'running') return true;
      return status === 'done' && ctx.clock.now().getTime() >= decideAt ? false : null;
    },
  );
  if (began === null) throw new AppError('APPLIANCE_UNREACHABLE', `Nobody can say whether ${action.id} began.`);
  return began;
}

/** The certificate that is served outranks what the appliance says of its service. */
async function finish(action: ActivationAction, performance: Performance): Promise<void> {
  const { capability, ctx } = performance;
  const deadline = new Date(ctx.clock.now().getTime() + capability.patienceMs);
  const end = await pollUntil(ctx, deadline, async () => {
    if (await isServedAfter(action, performance)) return true;
    return (await capability.status(action, ctx.signal)) === 'done' ? true : null;
  });
  if (!end)
    throw new AppError(
      'ACTIVATION_FAILED',
      `${action.id} did not come back within ${Math.round(capability.patienceMs / 1000)} seconds.`,
    );
}

function patienceMs({ verifyPatienceSeconds }: Facts['target'], { patienceMs }: ActivationCapability): number {
  return verifyPatienceSeconds === null ? patienceMs : verifyPatienceSeconds * 1000;
}

/** A node that does not come back with the new certificate must not be followed by the next one, nor at once. */
async function beforeNext(action: ActivationAction, next: ActivationAction, performance: Performance): Promise<void> {
  const { book, capability, ctx } = performance;
  if (book.find(next)) return;
  await mustServe(action, performance);
  if (next.node !== action.node) await sleep(ctx.clock, capability.pauseMs, ctx.signal);
}

async function mustServe(
  { id, endpoints }: ActivationAction,
  { patienceMs, before, sha256, ctx }: Performance,
): Promise<void> {
  if (endpoints.length === 0) return;
  let last: readonly ServedEndpoint[] = [];
  const deadline = new Date(ctx.clock.now().getTime() + patienceMs);
  const seen = await pollUntil(ctx, deadline, async () => {
    last = await lookAt(endpoints, ctx);
    return allServe(last, sha256) || null;
  });
  if (seen) return;
  throw new AppError(
    'SERVED_CERTIFICATE_DIFFERS',
    `After ${id}, nothing further is restarted: ${describeServed(last, sha256, before)}.`,
  );
}

/** Whether its own endpoints serve the new certificate; false for an action that shows nowhere. */
async function isServedAfter({ endpoints }: ActivationAction, { sha256, ctx }: Performance): Promise<boolean> {
  return endpoints.length > 0 && allServe(await lookAt(endpoints, ctx), sha256);
}

function summaryOf(plan: readonly ActivationAction[]): string {
  const nodes = new Set(plan.map(({ node }) => node)).size;
  return `${count(plan.length, 'restart')} on ${count(nodes, 'node')}`;
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
    const record = {
      action,
      startedAt: this.#ctx.clock.now().toISOString(),
      accepted: false,
      done: false,
      doneAt: null,
    };
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
