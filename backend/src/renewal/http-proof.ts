import { AppError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { count } from '../domain/words.ts';
import { sentencesOf, type TokenSight } from '../http01/sight.ts';
import { type HttpSolver, type HttpToken, urlOf } from '../http01/solver.ts';
import type { Challenge, HttpChallenge } from '../issuers/issuer.ts';
import type { PlacedToken } from './facts.ts';
import { pollUntil } from './poll.ts';
import type { StepContext, StepPeers } from './step.ts';

/** What the steps do where names are proved over HTTP. */

/** Milliseconds. What is placed is there at once, unless several servers share the files or a proxy remembers a 404. */
const PATIENCE_MS = 60_000;

/** @throws AppError INVALID_SETTINGS when the connection no longer has anything that places files. */
export function solverOf({ http01 }: Pick<StepPeers, 'http01'>): HttpSolver {
  if (http01) return http01;
  throw new AppError('INVALID_SETTINGS', 'The connection no longer says who places the HTTP files of this renewal.');
}

/** Each token is stored before it is placed and again after, so that it is removed even if the daemon dies in between. */
export async function placeTokens(
  challenges: readonly Challenge[],
  kept: readonly PlacedToken[],
  ctx: StepContext<'tokens' | 'records'>,
): Promise<readonly PlacedToken[]> {
  const missing = challenges
    .filter((challenge) => challenge.type === 'http-01')
    .filter(({ keyAuthorization }) => !kept.some(({ token }) => token.text === keyAuthorization));
  const tokens: PlacedToken[] = [
    ...kept,
    ...missing.map((challenge) => ({ token: tokenOf(challenge), placed: false })),
  ];
  if (tokens.length === 0) return tokens;
  const solver = solverOf(ctx);
  await ctx.keep({ tokens });
  for (const [index, { token, placed }] of tokens.entries()) {
    if (placed) continue;
    await solver.present(token, ctx.signal);
    tokens[index] = { token, placed: true };
    await ctx.keep({ tokens: [...tokens] });
  }
  return tokens;
}

function tokenOf({ dnsName, token, keyAuthorization }: HttpChallenge): HttpToken {
  return { dnsName, token, text: keyAuthorization };
}

/** What a person has to place. */
export function placingInstructions(tokens: readonly PlacedToken[]): string {
  const lines = tokens.map(({ token }) => `${urlOf(token)}\nhas to answer with exactly this text: ${token.text}`);
  return `Place these files, then say that it is done:\n${lines.join('\n')}`;
}

/** What only lives in this process is placed again before it is needed: another process may have placed it. */
export async function ensurePlaced(
  challenges: readonly Challenge[],
  { http01, signal }: Pick<StepPeers, 'http01'> & { readonly signal: AbortSignal },
): Promise<void> {
  if (!http01?.volatile) return;
  for (const challenge of challenges) {
    if (challenge.type === 'http-01') await http01.present(tokenOf(challenge), signal);
  }
}

type Gives = 'propagateBy' | 'propagation' | 'reachability';

/** When the wait for the public way ends. */
export function patienceOf({
  propagationPatienceSeconds: seconds,
}: {
  propagationPatienceSeconds: number | null;
}): number {
  return seconds === null ? PATIENCE_MS : seconds * 1000;
}

/** Asks as the CA will, until every name gives the right text. Stores each report and tells what changed. @throws AppError HTTP_NOT_REACHABLE */
export async function awaitReachable(
  challenges: readonly HttpChallenge[],
  deadline: Date,
  ctx: StepContext<Gives>,
): Promise<readonly TokenSight[]> {
  let sights: readonly TokenSight[] = [];
  let told = '';
  const look = async () => {
    sights = await Promise.all(challenges.map((challenge, index) => again(challenge, sights[index], ctx)));
    const words = describe(sights);
    if (words !== told) {
      await ctx.keep({ reachability: sights });
      await ctx.note(words, { names: toJson(sights) });
      told = words;
    }
    return sights.every(({ reachable }) => reachable) ? sights : null;
  };
  const reached = await pollUntil(ctx, deadline, look);
  if (reached) return reached;
  throw notReachable(sights);
}

/** A name that was seen once is not asked for again. */
async function again(
  challenge: HttpChallenge,
  before: TokenSight | undefined,
  { reach, signal }: Pick<StepPeers, 'reach'> & { readonly signal: AbortSignal },
): Promise<TokenSight> {
  return before?.reachable ? before : reach.look(tokenOf(challenge), signal);
}

const LONGEST_LIST = 8;

function describe(sights: readonly TokenSight[]): string {
  const good = sights.filter(({ reachable }) => reachable).length;
  const sentences = sights.flatMap(sentencesOf);
  const more = sentences.length > LONGEST_LIST ? [`And ${sentences.length - LONGEST_LIST} more.`] : [];
  return [
    `${good} of ${count(sights.length, 'name')} seen with the right text.`,
    ...sentences.slice(0, LONGEST_LIST),
    ...more,
  ].join(' ');
}

function notReachable(sights: readonly TokenSight[]): AppError {
  const sentences = sights.filter(({ reachable }) => !reachable).flatMap(sentencesOf);
  const more = sentences.length > LONGEST_LIST ? ` And ${sentences.length - LONGEST_LIST} more.` : '';
  return new AppError('HTTP_NOT_REACHABLE', `${sentences.slice(0, LONGEST_LIST).join(' ')}${more}`, {
    evidence: { body: sentences.join('\n').slice(0, 2000) },
  });
}

/** A sight is plain JSON by its contract, which interfaces do not show the compiler. */
function toJson(sights: readonly TokenSight[]): Json {
  return JSON.parse(JSON.stringify(sights)) as Json;
}
