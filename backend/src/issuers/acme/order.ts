import { sameNames, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../plugins/plugin.ts';
import type { ChallengeKind, ChallengeOf, OrderRequest, OrderTicket } from '../issuer.ts';
import { certIdOf } from './ari.ts';
import { challengeIn } from './challenge.ts';
import { inLanes } from './lanes.ts';
import { AcmeProblem, failureOf, hostOf } from './problems.ts';
import {
  type Authorization,
  authorizationSchema,
  type Directory,
  type Order,
  orderSchema,
  ticketHandleSchema,
} from './schema.ts';
import { type AcmeSession, parseAnswer } from './session.ts';

export interface OrderOptions {
  readonly profile: string | null;
  readonly log: Logger;
}

/** Null when `ticket` leads to no certificate for these names any more: another account, expired, invalid, forgotten. */
export async function reusableOrder(
  session: AcmeSession,
  ticket: OrderTicket,
  dnsNames: readonly string[],
  now: Date,
): Promise<OrderTicket | null> {
  const handle = ticketHandleSchema.safeParse(ticket.handle);
  if (!handle.success || handle.data.account !== session.accountUrl) return null;
  if (!sameNames(ticket.dnsNames, dnsNames)) return null;
  const order = await knownOrder(session, ticket.url);
  if (!order || order.status === 'invalid' || isOver(order, now)) return null;
  return ticketOf(session, ticket.url, order, dnsNames);
}

/** @throws AppError INVALID_SETTINGS when the CA does not offer the profile. */
export async function placeOrder(
  session: AcmeSession,
  directory: Directory,
  request: OrderRequest,
  { profile, log }: OrderOptions,
): Promise<OrderTicket> {
  const refusal = profileRefusalOf(directory, profile);
  if (refusal) throw new AppError('INVALID_SETTINGS', refusal);
  const identifiers = request.dnsNames.map((value) => ({ type: 'dns', value }));
  const wanted = { identifiers, ...(profile ? { profile } : {}) };
  const replaces = directory.renewalInfo ? replacedBy(request) : null;
  const post = (payload: object) => session.post(directory.newOrder, payload);
  const answer = replaces
    ? await post({ ...wanted, replaces }).catch((err: unknown) => {
        if (!mayBeAboutReplaces(err)) throw err;
        log.warn({ replaces, refusal: err.message }, 'The CA does not accept that the order replaces a certificate');
        return post(wanted);
      })
    : await post(wanted);
  const url = answer.headers.location;
  if (!url) throw new AppError('ISSUER_REFUSED', `${hostOf(directory.newOrder)} accepted an order without a URL.`);
  const order = parseAnswer(answer, directory.newOrder, orderSchema);
  return ticketOf(session, url, order, request.dnsNames);
}

/** A CA of many servers may not know an authorization everywhere at once: https://github.com/go-acme/lego/issues/3260 */
function notThereYet(err: unknown): never {
  if (!(err instanceof AcmeProblem) || err.httpStatus !== 404) throw err;
  const { message, evidence } = err;
  const what = `The CA does not find an authorization that its order names: ${message}`;
  throw new AppError('ISSUER_UNREACHABLE', what, { ...(evidence ? { evidence } : {}), cause: err });
}

/** What speaks against the profile; null when nothing does. */
export function profileRefusalOf({ meta }: Directory, profile: string | null): string | null {
  const offered = Object.keys(meta.profiles ?? {});
  if (!profile || offered.includes(profile)) return null;
  const offer = offered.length > 0 ? `it offers ${offered.join(', ')}` : 'it offers none';
  return `The CA does not offer the profile "${profile}"; ${offer}.`;
}

/**
 * @throws AppError CHALLENGE_FAILED when an authorization is invalid; ISSUER_REFUSED when it lacks the kind or is gone;
 *   ISSUER_UNREACHABLE when the CA does not find what it named.
 */
export async function challengesOf<Kind extends ChallengeKind>(
  session: AcmeSession,
  ticket: OrderTicket,
  kind: Kind,
): Promise<ChallengeOf<Kind>[]> {
  const { authorizations } = handleOf(ticket);
  const found = await inLanes(authorizations, async (url) => {
    const authorization = await session.read(url, authorizationSchema).catch(notThereYet);
    if (authorization.status === 'valid') return null;
    checkAlive(url, authorization);
    return challengeIn(authorization, kind, url, session);
  });
  return found.filter((challenge) => challenge !== null);
}

/** @throws AppError CHALLENGE_FAILED or ISSUER_REFUSED for one that can no longer become valid. */
export function checkAlive(url: string, { status, identifier, challenges }: Authorization): void {
  if (status === 'pending' || status === 'valid') return;
  const problem = challenges.find(({ error }) => error)?.error;
  const what = `The CA could not verify ${identifier.value}`;
  if (status === 'invalid') throw failureOf(problem ?? { type: 'unauthorized' }, what, url);
  throw new AppError('ISSUER_REFUSED', `The authorization of ${identifier.value} is ${status}.`, {
    evidence: { request: `POST-as-GET ${url}` },
  });
}

/** @throws AppError INTERNAL for a ticket of another issuer. */
export function handleOf(ticket: OrderTicket): {
  readonly finalize: string;
  readonly authorizations: readonly string[];
} {
  const handle = ticketHandleSchema.safeParse(ticket.handle);
  if (handle.success) return handle.data;
  throw new AppError('INTERNAL', `The ticket of the order ${ticket.url} was not written by the ACME issuer.`);
}

async function knownOrder(session: AcmeSession, url: string): Promise<Order | null> {
  try {
    return await session.read(url, orderSchema);
  } catch (err) {
    if (err instanceof AcmeProblem && err.code === 'ISSUER_REFUSED') return null;
    throw err;
  }
}

/** Valid orders stay: their certificate can be downloaded long after. */
function isOver({ status, expires }: Order, now: Date): boolean {
  return (status === 'pending' || status === 'ready') && expires !== undefined && Date.parse(expires) <= now.getTime();
}

function ticketOf(session: AcmeSession, url: string, order: Order, dnsNames: readonly string[]): OrderTicket {
  const { finalize, authorizations, expires = null, replaces } = order;
  const handle = { account: session.accountUrl, finalize, authorizations };
  return { url, dnsNames, expires, ...(replaces ? { replaces: true } : {}), handle };
}

/** Null for a first certificate, and for one that no ACME CA issued. */
function replacedBy({ replacesPem }: OrderRequest): string | null {
  if (!replacesPem) return null;
  try {
    return certIdOf(replacesPem);
  } catch (err) {
    if (err instanceof UnreadableCertificateError) return null;
    throw err;
  }
}

/**
 * 409 alreadyReplaced (RFC 9773, section 7.4); CAs also answer 404, malformed or unauthorized
 * when the certificate is not theirs or belongs to another account.
 */
function mayBeAboutReplaces(err: unknown): err is AcmeProblem {
  if (!(err instanceof AcmeProblem)) return false;
  const kinds: readonly string[] = ['alreadyReplaced', 'malformed', 'unauthorized'];
  return err.httpStatus === 404 || err.httpStatus === 409 || kinds.includes(err.kind);
}
