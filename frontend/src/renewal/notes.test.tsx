import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Router } from 'wouter';
import { ERRORS } from '../../../backend/src/domain/errors.ts';
import { effectOf, initialState, machineStates } from '../../../backend/src/renewal/machine.ts';
import { OUTCOME_WORDS } from '../../../backend/src/renewal/sentences.ts';
import { steps } from '../../../backend/src/renewal/steps/index.ts';
import { keys } from '../api/queries.ts';
import type {
  DomainEvent,
  ErrorCode,
  Failure,
  RenewalView as Renewal,
  RenewalOutcome,
  WordsView,
} from '../api/types.ts';
import { beginSession, endSession } from '../session/session.ts';
import { MODES, OUTCOMES, REMEDIES, type Remedy } from '../words/states.ts';
import { RenewalView } from './renewal-view.tsx';

const at = '2026-01-01T00:00:00.000Z';
/** The instant that something is put off to. */
const later = '2026-01-03T14:20:00.000Z';

const words: WordsView = {
  version: '0',
  steps: Object.values(steps).map(({ name, title }) => ({ name, title })),
  outcomes: OUTCOME_WORDS,
  errors: ERRORS,
};

const renewal: Renewal = {
  id: 'r',
  connectionId: 1,
  connectionName: 'cucm',
  connectionRemoved: false,
  startedAt: at,
  finishedAt: null,
  outcome: null,
  state: 'inspect.running',
  note: null,
  resumeAt: null,
  planned: false,
  committed: false,
  oldStillServed: true,
  practice: false,
  facts: {},
  events: [],
  chain: [],
};

/** The view of a renewal to which this has happened, as markup: what a browser would be given by the same events. */
function markup(events: readonly DomainEvent[], part: Partial<Renewal> = {}): string {
  const view: Renewal = { ...renewal, ...part, events: events.map((event, index) => ({ seq: index + 1, at, event })) };
  const queries = new QueryClient();
  queries.setQueryData(keys.words, words);
  queries.setQueryData(keys.renewal(view.id), view);
  return renderToStaticMarkup(
    <MantineProvider withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <Router ssrPath="/renewals/r">
          <RenewalView id={view.id} />
        </Router>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** What is read of it, without what pictures are called. */
function textOf(html: string): string {
  const text = html.replace(/<style[^>]*>.*?<\/style>/gs, '').replace(/<[^>]+>/g, ' ');
  const entities: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', '#x27': "'" };
  return text.replace(/&(quot|amp|lt|gt|#x27);/g, (_, name: string) => entities[name] ?? '').replace(/\s+/g, ' ');
}

const started = (step: string): DomainEvent => ({ type: 'step.started', renewalId: 'r', step, attempt: 1 });

function ended(outcome: RenewalOutcome, message: string): DomainEvent {
  return { type: 'renewal.finished', renewalId: 'r', connectionId: 1, outcome, message, oldStillServed: true };
}

beforeAll(() => {
  beginSession({ kind: 'user', actor: 'jw', role: 'admin', limited: false, duty: null, csrfToken: null, user: null });
});
afterAll(() => endSession(null));

/** The words on the button of each; null: there is none. */
const BUTTONS: Readonly<Record<Remedy, string | null>> = {
  'renew-again': 'Renew again',
  'edit-connection': 'Edit connection',
  'dry-run': 'Dry run',
  'check-dns': 'Look at DNS',
  'log-in': null,
  none: null,
};

/** Said of a request, an installation or a message, and never the end of a renewal that somebody could act upon here. */
const NOT_OF_RENEWALS: readonly ErrorCode[] = [
  'CONFIRMATION_NEEDED',
  'NOTIFIER_UNREACHABLE',
  'NOTIFIER_NOT_TRUSTED',
  'NOTIFIER_DENIED',
  'NOTIFIER_REFUSED',
  'NOTIFIER_RATE_LIMITED',
  'RENEWAL_RUNNING',
  'TOO_LATE_TO_CANCEL',
  'NOT_HELD',
  'VAULT_KEY_MISMATCH',
  'SCHEMA_NEWER',
  'BACKUP_FAILED',
  'BAD_REQUEST',
  'METHOD_NOT_ALLOWED',
  'BODY_TOO_LARGE',
  'BODY_TYPE',
  'PRECONDITION_FAILED',
  'IDEMPOTENCY_KEY_REUSED',
  'UNAUTHENTICATED',
  'LOGIN_FAILED',
  'SECOND_FACTOR_NEEDED',
  'SINGLE_SIGN_ON_FAILED',
  'TOO_MANY_ATTEMPTS',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
];

describe('a failed renewal', () => {
  // Every code there is has a row.
  const codes = Object.keys(ERRORS) as readonly ErrorCode[];
  const failureOf = (code: ErrorCode): Failure => ({
    code,
    message: `What happened to ${code}.`,
    evidence: { request: 'PUT /thing', status: 500, body: `The words of ${code}` },
  });
  const view = (code: ErrorCode, retryAt: string | null) => {
    const failed: DomainEvent = {
      type: 'step.failed',
      renewalId: 'r',
      step: 'order',
      failure: failureOf(code),
      retryAt,
    };
    const events = [started('order'), failed];
    if (retryAt !== null) return textOf(markup(events, { state: 'order.waiting', resumeAt: retryAt }));
    const end = { state: 'failed', outcome: 'failed', finishedAt: at } as const;
    return textOf(markup([...events, ended('failed', 'It failed.')], end));
  };

  it.each(codes)('by %s says what happened, the other side’s words, what it means and what can be done', (code) => {
    const shown = view(code, null);

    for (const said of [`What happened to ${code}.`, `The words of ${code}`, ERRORS[code].title, ERRORS[code].action])
      expect(shown).toContain(said);
    const buttons = Object.values(BUTTONS).filter((label) => label !== null && shown.includes(label));
    const remedies: readonly Remedy[] = REMEDIES[code];
    expect(new Set(buttons)).toEqual(new Set(remedies.map((one) => BUTTONS[one]).filter((label) => label !== null)));
    expect(buttons.length > 0).toBe(!NOT_OF_RENEWALS.includes(code));
  });

  it.each(codes.filter((code) => ERRORS[code].retry === 'later'))('by %s waits for its next try, or not', (code) => {
    const shown = view(code, later);

    for (const said of [`What happened to ${code}.`, `${ERRORS[code].title}. ${ERRORS[code].action}`, 'Try now'])
      expect(shown).toContain(said);
    expect(shown).toContain('Tries again at 3 Jan 2026');
    expect(shown).not.toContain('Renew again');
  });
});

describe('a renewal in the state', () => {
  const resting = machineStates().filter((state) => state.includes('.'));
  const ends = machineStates().filter((state) => !state.includes('.'));

  const effectIn = (state: string) => effectOf({ ...initialState(), at: state });
  const begun = (state: string) => {
    const effect = effectIn(state);
    const step = 'step' in effect ? effect.step : 'inspect';
    return { step, title: steps[step].title, events: [started('inspect'), started(step)] };
  };

  it.each(resting.filter((state) => state.endsWith('.running')))('%s shows the step that runs', (state) => {
    const { step, title, events } = begun(state);

    const html = markup(events, { state });

    expect(html).toMatch(new RegExp(`data-step="${step}" data-state="running" aria-current="step"`));
    expect(html).toContain(`<section class="step-details" aria-label="${title}">`);
    expect(html).toContain(`aria-label="${MODES.running.word}"`);
  });

  it.each(resting.filter((state) => state.endsWith('.waiting')))('%s says until when and for what', (state) => {
    const { step, events } = begun(state);
    const waiting: DomainEvent = { type: 'step.waiting', renewalId: 'r', step, until: later, why: 'The window opens' };

    const html = markup([...events, waiting], { state, resumeAt: later });

    expect(textOf(html)).toMatch(/Goes on at 3 Jan 2026[^(]*\([^)]+\) ?: The window opens/);
    expect(html).toMatch(new RegExp(`data-step="${step}" data-state="waiting"`));
    if (['install', 'activate'].includes(step)) expect(textOf(html)).toContain('estart now, outside of the window');
  });

  it.each(resting.filter((state) => state.endsWith('.held')))('%s says what is asked, with a button', (state) => {
    const { step, events } = begun(state);
    const ask = 'Say go:\ncucm-pub/Cisco Tomcat: no web pages';
    const held: DomainEvent = { type: 'step.held', renewalId: 'r', step, ask, confirm: 'cucm-pub' };

    const html = markup([...events, held], { state });

    const text = textOf(html);
    expect(html).toMatch(new RegExp(`data-step="${step}" data-state="held"`));
    for (const said of [MODES.held.word, 'Say go:', 'Cisco Tomcat', 'no web pages', 'Type "cucm-pub" to go on'])
      expect(text).toContain(said);
    // Off until the name is typed.
    expect(html).toMatch(/<button[^>]*disabled=""[^>]*data-testid="go-on"|data-testid="go-on"[^>]*disabled=""/);
  });

  it.each(ends)('%s says how it ended', (state) => {
    const effect = effectIn(state);
    const outcome = effect.kind === 'end' ? effect.outcome : 'not-due';

    const html = markup([started('inspect'), ended(outcome, `It is over: ${outcome}.`)], {
      state,
      outcome,
      finishedAt: at,
    });

    expect(textOf(html)).toContain(`It is over: ${outcome}.`);
    expect(textOf(html)).toContain(OUTCOMES[outcome].word);
    expect(textOf(html)).toContain('Download evidence');
  });
});
