import { Resolver } from 'node:dns';
import { AppError } from '../domain/errors.ts';
import type { Logger } from '../plugins/plugin.ts';
import { type Askable, type AskOptions, checkResolver } from './askable.ts';
import type { DnsMessage, DnsRecord, Question } from './message.ts';
import { DnsTransportError } from './transport-error.ts';

export interface RecursiveDeps extends AskOptions {
  readonly log: Logger;
}

/** Asks the configured resolvers, one after the other, until one of them answers. */
export interface Recursive {
  /**
   * The reply of the first resolver that knows: NOERROR or NXDOMAIN.
   *
   * @throws AppError DNS_UNREACHABLE with what each resolver said when none knows; INVALID_SETTINGS.
   */
  ask(name: string, type: Question['type'], signal: AbortSignal): Promise<DnsMessage>;

  /** All addresses of a host, IPv4 first. Empty when it has none or they cannot be found. */
  addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** @param resolvers As in ResolverOptions; empty: those of the system. */
export function createRecursive(
  resolvers: readonly string[],
  { log, ...options }: RecursiveDeps,
  ofSystem = systemResolvers,
): Recursive {
  async function ask(name: string, type: Question['type'], signal: AbortSignal): Promise<DnsMessage> {
    const complaints: string[] = [];
    for (const address of resolvers.length > 0 ? resolvers : ofSystem()) {
      const resolver = checkResolver(address, options);
      const answer = await tryOne(resolver, { name, type }, signal);
      if (typeof answer !== 'string') return answer;
      complaints.push(`${resolver.server.name}: ${answer}`);
      log.debug({ resolver: resolver.server, name, type, answer }, 'DNS resolver has no answer');
    }
    throw unanswered(name, type, complaints);
  }

  async function addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const replies = await Promise.allSettled([ask(host, 'A', signal), ask(host, 'AAAA', signal)]);
    signal.throwIfAborted();
    return replies.flatMap((reply) => (reply.status === 'fulfilled' ? addressesIn(reply.value.answers) : []));
  }

  return { ask, addressesOf };
}

/** Read anew each time, because networks change; `getServers` of node:dns keeps what it saw first. */
export function systemResolvers(): readonly string[] {
  return new Resolver().getServers();
}

export function addressesIn(records: readonly DnsRecord[]): string[] {
  return records.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.data] : []));
}

async function tryOne(resolver: Askable, question: Question, signal: AbortSignal) {
  try {
    const reply = await resolver.ask(question, signal);
    return reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN' ? reply : reply.rcode;
  } catch (err) {
    if (err instanceof DnsTransportError) return err.message;
    throw err;
  }
}

function unanswered(name: string, type: string, complaints: readonly string[]): AppError {
  const who = complaints.length === 0 ? 'There is no DNS resolver to ask' : 'No DNS resolver could answer';
  return new AppError('DNS_UNREACHABLE', `${who} for ${name || 'the root zone'} (${type}).`, {
    evidence: { request: `${name || '.'} ${type}`, body: complaints.join('\n').slice(0, 2000) },
  });
}
