import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Clock } from '../../plugins/plugin.ts';
import type { Challenge, OrderTicket } from '../issuer.ts';
import { inLanes } from './lanes.ts';
import { checkAlive, handleOf } from './order.ts';
import { type Look, poll } from './poll.ts';
import { AcmeProblem, failureOf, retryAfterMs } from './problems.ts';
import { authorizationSchema, challengeAnswerSchema, type Order, orderSchema } from './schema.ts';
import { type AcmeSession, parseAnswer, type SignedAnswer } from './session.ts';

/** One call of `Issuer.issue`. */
export interface Issuance {
  readonly session: AcmeSession;
  readonly ticket: OrderTicket;
  readonly challenges: readonly Challenge[];
  readonly csrPem: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface OrderAnswer {
  readonly order: Order;
  readonly retryAfterMs: number | null;
}

/**
 * Brings the order to its certificate and returns the URL of that. It takes for granted that the order is where the
 * ticket says, and looks at it only when the CA refuses a step: that it was done before is the usual reason.
 */
export async function completeOrder(issuance: Issuance): Promise<string> {
  const reached = (await validate(issuance)) ?? (await finalise(issuance));
  const order = await settle(issuance, reached);
  if (order.status === 'valid' && order.certificate) return order.certificate;
  throw failureOf(
    order.error,
    `The CA refused the order for ${issuance.ticket.dnsNames.join(', ')}`,
    issuance.ticket.url,
  );
}

/** Null when the order can be finalised, otherwise the order that is further already. */
async function validate(issuance: Issuance): Promise<OrderAnswer | null> {
  const posted = await inLanes(issuance.challenges, (challenge) => respond(issuance, challenge));
  if (posted.some(({ refusal }) => refusal)) {
    const reached = await readOrder(issuance);
    if (reached.order.status === 'ready') return null;
    if (reached.order.status !== 'pending') return reached;
  }
  for (const response of posted) {
    if (!response.valid) await awaitAuthorization(issuance, response);
  }
  return null;
}

interface ChallengeResponse {
  readonly challenge: Challenge;
  /** What the CA said when it did not want to be told. */
  readonly refusal: AcmeProblem | null;
  readonly valid: boolean;
  readonly retryAfterMs: number | null;
}

async function respond({ session, clock }: Issuance, challenge: Challenge): Promise<ChallengeResponse> {
  try {
    const answer = await session.post(challenge.url, {});
    const { status } = parseAnswer(answer, challenge.url, challengeAnswerSchema);
    return { challenge, refusal: null, valid: status === 'valid', retryAfterMs: namedBy(answer, clock) };
  } catch (err) {
    return { challenge, refusal: refusalOrThrow(err), valid: false, retryAfterMs: null };
  }
}

async function awaitAuthorization({ session, clock, signal }: Issuance, response: ChallengeResponse): Promise<void> {
  const { challenge, refusal } = response;
  const url = challenge.authorizationUrl;
  const look = async (): Promise<Look<null>> => {
    const answer = await session.post(url, null);
    const authorization = parseAnswer(answer, url, authorizationSchema);
    checkAlive(url, authorization);
    const own = authorization.challenges.find((candidate) => candidate.url === challenge.url);
    if (authorization.status === 'pending' && own?.status === 'pending' && refusal) throw refusal;
    return authorization.status === 'valid'
      ? { done: true, value: null }
      : { done: false, retryAfterMs: namedBy(answer, clock) };
  };
  await poll(`The validation of ${challenge.dnsName}`, response.retryAfterMs, look, clock, signal);
}

async function finalise(issuance: Issuance): Promise<OrderAnswer> {
  const { session, ticket, csrPem, clock } = issuance;
  const { finalize } = handleOf(ticket);
  const csr = Buffer.from(x509.PemConverter.decodeFirst(csrPem)).toString('base64url');
  try {
    const answer = await session.post(finalize, { csr });
    return { order: parseAnswer(answer, finalize, orderSchema), retryAfterMs: namedBy(answer, clock) };
  } catch (err) {
    const refusal = refusalOrThrow(err);
    const reached = await readOrder(issuance);
    if (reached.order.status === 'pending' || reached.order.status === 'ready') throw refusal;
    return reached;
  }
}

/** The order once it is valid or invalid. */
function settle(issuance: Issuance, { order, retryAfterMs: named }: OrderAnswer): Promise<Order> {
  if (isSettled(order)) return Promise.resolve(order);
  const { ticket, clock, signal } = issuance;
  const look = async (): Promise<Look<Order>> => {
    const reached = await readOrder(issuance);
    return isSettled(reached.order) ? { done: true, value: reached.order } : { done: false, ...reached };
  };
  return poll(`The certificate for ${ticket.dnsNames.join(', ')}`, named, look, clock, signal);
}

function isSettled({ status }: Order): boolean {
  return status === 'valid' || status === 'invalid';
}

async function readOrder({ session, ticket, clock }: Issuance): Promise<OrderAnswer> {
  const answer = await session.post(ticket.url, null);
  return { order: parseAnswer(answer, ticket.url, orderSchema), retryAfterMs: namedBy(answer, clock) };
}

/** Only a plain refusal may mean that the step was done before; anything else is a failure of its own. */
function refusalOrThrow(err: unknown): AcmeProblem {
  if (err instanceof AcmeProblem && err.code === 'ISSUER_REFUSED') return err;
  throw err;
}

function namedBy(answer: SignedAnswer, clock: Clock): number | null {
  return retryAfterMs(answer.headers['retry-after'], clock.now());
}
