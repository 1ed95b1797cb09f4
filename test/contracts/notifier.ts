import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError, ERRORS } from '../../backend/src/domain/errors.ts';
import type { NoticeMessage } from '../../backend/src/domain/notice.ts';
import type { Notifier } from '../../backend/src/notify/notifier.ts';

/** What a service under test offers to the suite. */
export interface NotifierHarness extends AsyncDisposable {
  readonly notifier: Notifier;
  /** The same service, with credentials of the right form that it does not accept. */
  readonly denied: Notifier;
  /** The same settings at an address where nobody listens. */
  readonly unreachable: Notifier;
  /** The secret parts of all of them, those of `notifier` first. */
  readonly secrets: readonly string[];
  /** Everything that a person would be shown of what arrived, as plain text without the service's markup. */
  shown(): readonly string[];
  /** How the service marks a severity, and what is over. */
  readonly marks: Readonly<Record<'info' | 'warning' | 'critical' | 'recovered', string | RegExp>>;
  /** The next message is answered with 429 and a Retry-After of 90 seconds. */
  limitNext?(): void;
  /** The next message is refused for what it is. */
  refuseNext?(words: string): void;
  /** The next message is not answered. */
  hangNext?(): void;
  /** How many requests have come. */
  asked(): number;
}

export type NotifierTest = keyof typeof PROMISES;

export interface Skip {
  readonly reason: string;
  readonly tests: readonly NotifierTest[];
}

/** Checks the promises of `Notifier` on one implementation. */
export function notifierContract(
  name: string,
  setup: () => Promise<NotifierHarness>,
  { skip = [] }: { readonly skip?: readonly Skip[] } = {},
): void {
  describe(`${name} keeps the promises of Notifier`, () => {
    let harness: NotifierHarness;
    beforeAll(async () => {
      harness = await setup();
    });
    afterAll(() => harness?.[Symbol.asyncDispose]());

    for (const [title, check] of Object.entries(PROMISES)) {
      const reason = skip.find(({ tests }) => tests.some((skipped) => skipped === title))?.reason;
      test.skipIf(reason)(reason ? `${title} (skipped: ${reason})` : title, () => check(harness));
    }
  });
}

export function aMessage(part: Partial<NoticeMessage> = {}): NoticeMessage {
  return {
    id: 'event-417',
    key: 'connection:3/failed',
    kind: 'failed',
    severity: 'critical',
    subject: 'Failed, service affected: CUCM publisher',
    title: 'Failed, service affected',
    body: 'The DNS service refused the change.\n\nCheck the key or token and what it may write.',
    facts: [
      { label: 'Step', value: 'Publish proofs' },
      { label: 'Next try', value: 'none' },
    ],
    link: 'https://certferry.example.com/renewals/20261122T031200-9f3a1c',
    connection: { id: 3, name: 'CUCM publisher' },
    at: '2026-11-22T03:12:41.000Z',
    recoverOf: null,
    ...part,
  };
}

const NEVER = new AbortController().signal;
/** What would be markup, an entity, an injection or a break somewhere. */
const NASTY = 'a<b>&amp; *c* _d_ ~e~ `f` [g](http://h.example) {{DATE(1)}} <!channel> <@U1> "i" \\j #k %s ]l';

const PROMISES = {
  async 'title, body, facts, severity and link arrive'({ notifier, shown, marks }: NotifierHarness) {
    const answer = await notifier.send(aMessage(), NEVER);

    const text = await last(shown, 'Failed, service affected: CUCM publisher');
    expect(text).toContain('The DNS service refused the change.');
    expect(text).toContain('Check the key or token and what it may write.');
    expect(text).toMatch(/Step:?\s*Publish proofs/);
    expect(text).toContain('https://certferry.example.com/renewals/20261122T031200-9f3a1c');
    expect(text).toMatch(marks.critical);
    expect(answer).not.toBe('');
    expect(answer).not.toContain('\n');
  },

  async 'every severity is marked, and what is over is good news'({ notifier, shown, marks }: NotifierHarness) {
    await notifier.send(aMessage({ severity: 'info', subject: 'An info' }), NEVER);
    await notifier.send(aMessage({ severity: 'warning', subject: 'A warning' }), NEVER);
    const recoverOf = { kind: 'failed', since: '2026-11-21T03:12:41.000Z' } as const;
    await notifier.send(aMessage({ severity: 'info', kind: 'recovered', subject: 'An end', recoverOf }), NEVER);

    expect(await last(shown, 'An info')).toMatch(marks.info);
    expect(await last(shown, 'A warning')).toMatch(marks.warning);
    expect(await last(shown, 'An end')).toMatch(marks.recovered);
  },

  async 'what an appliance said is text, not markup'({ notifier, shown }: NotifierHarness) {
    const facts = [{ label: 'Words', value: NASTY }];

    await notifier.send(aMessage({ subject: `Nasty ${NASTY}`, body: `Body ${NASTY}`, facts }), NEVER);

    const text = await last(shown, 'Nasty');
    expect(text).toContain(`Nasty ${NASTY}`);
    expect(text).toContain(`Body ${NASTY}`);
    expect(text.split(NASTY).length).toBeGreaterThanOrEqual(4);
  },

  async 'letters of all the world arrive'({ notifier, shown }: NotifierHarness) {
    await notifier.send(aMessage({ subject: 'Größe 証明書 🔐', body: 'Ünïcödé 🔐' }), NEVER);

    expect(await last(shown, 'Größe 証明書 🔐')).toContain('Ünïcödé 🔐');
  },

  async 'a message without link, connection and facts arrives'({ notifier, shown }: NotifierHarness) {
    await notifier.send(aMessage({ subject: 'Bare', link: null, connection: null, facts: [] }), NEVER);

    expect(await last(shown, 'Bare')).toContain('The DNS service refused the change.');
  },

  async 'a message that is too long is cut, not lost'({ notifier, shown }: NotifierHarness) {
    const facts = Array.from({ length: 12 }, (_, index) => ({ label: `Fact ${index}`, value: '& '.repeat(1500) }));

    await notifier.send(aMessage({ subject: 'Long', body: 'ä& <x> '.repeat(6000), facts }), NEVER);

    await last(shown, 'Long');
  },

  async 'wrong credentials are NOTIFIER_DENIED with the words of the service'({ denied, secrets }: NotifierHarness) {
    const failure = await failureOf(denied.send(aMessage(), NEVER));

    expect(failure.code).toBe('NOTIFIER_DENIED');
    expect(failure.evidence?.status ?? failure.message).toBeTruthy();
    for (const secret of secrets) expect(wordsOf(failure)).not.toContain(secret);
  },

  async 'asking without sending sends nothing, and finds wrong credentials'(harness: NotifierHarness) {
    const { notifier, denied, shown, secrets } = harness;
    const before = shown().length;

    const answer = await notifier.check?.(NEVER);
    const failure = await failureOf(denied.check?.(NEVER) ?? Promise.reject(new Error('cannot be asked')));

    expect(answer).toBeTruthy();
    expect(failure.code).toBe('NOTIFIER_DENIED');
    for (const secret of secrets) expect(wordsOf(failure)).not.toContain(secret);
    expect(shown()).toHaveLength(before);
  },

  async 'nobody there is NOTIFIER_UNREACHABLE, which is tried again'({ unreachable, secrets }: NotifierHarness) {
    const failure = await failureOf(unreachable.send(aMessage(), NEVER));

    expect(failure.code).toBe('NOTIFIER_UNREACHABLE');
    expect(ERRORS[failure.code].retry).toBe('later');
    for (const secret of secrets) expect(wordsOf(failure)).not.toContain(secret);
  },

  async '429 with Retry-After is NOTIFIER_RATE_LIMITED with that time'(harness: NotifierHarness) {
    harness.limitNext?.();

    const failure = await failureOf(harness.notifier.send(aMessage(), NEVER));

    expect(failure).toMatchObject({ code: 'NOTIFIER_RATE_LIMITED', retryAfterMs: 90_000 });
  },

  async 'a message that is refused is NOTIFIER_REFUSED, without the secrets that the service repeats'(
    harness: NotifierHarness,
  ) {
    const [own = ''] = harness.secrets;
    harness.refuseNext?.(`We do not like this: ${own}`);

    const failure = await failureOf(harness.notifier.send(aMessage(), NEVER));

    expect(failure.code).toBe('NOTIFIER_REFUSED');
    expect(wordsOf(failure)).toContain('We do not like this');
    if (own !== '') expect(wordsOf(failure)).not.toContain(own);
  },

  async 'an aborted signal ends the call with its reason'({ notifier, shown }: NotifierHarness) {
    const reason = new Error('cancelled by the test');
    const before = shown().length;

    await expect(notifier.send(aMessage(), AbortSignal.abort(reason))).rejects.toBe(reason);

    expect(shown()).toHaveLength(before);
  },

  async 'an abort while the service thinks ends the call with its reason'(harness: NotifierHarness) {
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');
    harness.hangNext?.();
    const before = harness.asked();

    const outcome = harness.notifier.send(aMessage(), abort.signal).then(
      () => null,
      (err: unknown) => err,
    );
    await vi.waitFor(() => expect(harness.asked()).toBeGreaterThan(before));
    abort.abort(reason);

    expect(await outcome).toBe(reason);
  },
};

/** The last that has `wanted` in it, once it has arrived: a datagram takes its time. */
async function last(shown: () => readonly string[], wanted: string): Promise<string> {
  const find = () => shown().findLast((text) => text.includes(wanted)) ?? '';
  await expect.poll(find, { timeout: 2000 }).not.toBe('');
  return find();
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (!(err instanceof AppError)) throw err;
  return err;
}

/** Everything a log or an API answer could show of the failure. */
function wordsOf(failure: AppError): string {
  return `${JSON.stringify(failure.toFailure())}\n${failure.stack}\n${String(failure.cause)}`;
}
