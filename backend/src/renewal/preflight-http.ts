import { randomBytes } from 'node:crypto';
import { AppError, ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { isWildcard, wildcardRefusal } from '../domain/names.ts';
import { type AddressSight, isReachable, sentencesOf, type TokenSight } from '../http01/sight.ts';
import type { HttpSolver, HttpToken } from '../http01/solver.ts';
import type { Connection } from '../store/store.ts';
import { solverOf } from './http-proof.ts';
import type { StepPeers } from './step.ts';

/** Milliseconds for taking a test file away again, whatever happened. */
const REMOVE_MS = 20_000;
const REFERENCE = 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge';

interface Context extends Pick<StepPeers, 'http01' | 'reach'> {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Whether the names can be proved over HTTP. `writeTestFile`: places a file for each name, fetches it, and removes it. */
export async function checkHttp(context: Context, writeTestFile: boolean): Promise<readonly Finding[]> {
  const solver = solverOf(context);
  const names = context.connection.dnsNames;
  const findings = await Promise.all([
    checkSolver(solver, context.signal),
    ...names.map((name) => checkName(name, solver, context, writeTestFile)),
  ]);
  return findings;
}

async function checkSolver(solver: HttpSolver, signal: AbortSignal): Promise<Finding> {
  const about = { id: 'http.solver', title: 'HTTP files' };
  try {
    return { ...about, outcome: 'ok', answer: await solver.check(signal) };
  } catch (err) {
    signal.throwIfAborted();
    const { code, message } = AppError.from(err);
    return { ...about, outcome: 'block', answer: message, todo: ERRORS[code].action };
  }
}

async function checkName(name: string, solver: HttpSolver, context: Context, writeTestFile: boolean): Promise<Finding> {
  const about = { id: `http.name.${name}`, title: `HTTP at ${name}`, reference: REFERENCE };
  if (isWildcard(name)) return { ...about, outcome: 'block', answer: wildcardRefusal(name) };
  if (!solver.checked) return { ...about, outcome: 'skipped', answer: 'not tried, as the connection says' };
  const token = { dnsName: name, token: testToken(), text: testToken() };
  if (!writeTestFile || solver.manual)
    return { ...about, ...withoutFile(await context.reach.look(token, context.signal)) };
  try {
    return { ...about, ...withFile(await lookWithFile(token, solver, context)) };
  } catch (err) {
    context.signal.throwIfAborted();
    const { code, message } = AppError.from(err);
    return { ...about, outcome: 'block', answer: message, todo: ERRORS[code].action };
  }
}

/** As a real one, and told apart from it by whoever finds it in a log. */
function testToken(): string {
  return `certferry-test-${randomBytes(21).toString('base64url')}`;
}

async function lookWithFile(token: HttpToken, solver: HttpSolver, { reach, signal }: Context): Promise<TokenSight> {
  try {
    await solver.present(token, signal);
    return await reach.look(token, signal);
  } finally {
    // Also when aborted: the file must not stay.
    await solver.cleanUp(token, AbortSignal.timeout(REMOVE_MS));
  }
}

type Answer = Pick<Finding, 'outcome' | 'answer' | 'todo'>;

function withFile(sight: TokenSight): Answer {
  const sentences = sentencesOf(sight);
  if (!sight.reachable)
    return { outcome: 'block', answer: sentences.join(' '), todo: ERRORS.HTTP_NOT_REACHABLE.action };
  const answer = `test file placed, fetched at ${addressesOf(sight)}, removed`;
  return sentences.length === 0 ? { outcome: 'ok', answer } : warned(answer, sentences);
}

/** Without a file anything that speaks HTTP and leads nowhere wrong will do: a 404 is what has to come. */
function withoutFile(sight: TokenSight): Answer {
  const asIf = { ...sight, addresses: sight.addresses.map(takeForSeen) };
  const sentences = sentencesOf(asIf);
  if (!isReachable(asIf.addresses))
    return {
      outcome: 'block',
      answer: sentences.join(' '),
      todo: 'Open port 80 to it, and repair what DNS says of the name.',
    };
  const answer = `port 80 answers at ${addressesOf(asIf)}; whether it would give the file is seen with a test file`;
  return sentences.length === 0 ? { outcome: 'ok', answer } : warned(answer, sentences);
}

function takeForSeen(sight: AddressSight): AddressSight {
  const answers = sight.reason === 'status' || sight.reason === 'other-text';
  return answers ? { ...sight, state: 'seen', reason: 'seen', detail: 'answers' } : sight;
}

function warned(answer: string, sentences: readonly string[]): Answer {
  return {
    outcome: 'warn',
    answer: `${answer}. ${sentences.join(' ')}`,
    todo: 'A renewal goes on all the same. Repair it before a CA minds.',
  };
}

function addressesOf({ addresses }: TokenSight): string {
  return addresses
    .filter(({ state }) => state === 'seen')
    .map(({ address }) => address)
    .join(', ');
}
