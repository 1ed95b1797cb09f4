import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { answerAuthoritatively } from './authoritative.ts';
import { RCODE, typeName } from './codes.ts';
import { answerRecursively } from './recursive.ts';
import type { Replication } from './replication.ts';
import { type Reply, refused } from './reply.ts';
import type { ServerRole } from './server.ts';
import { answerUpdate } from './update.ts';
import type { Zone } from './zone.ts';

/** What the four servers answer from. */
export interface World {
  /** The primary's. */
  readonly zones: readonly Zone[];
  readonly parents: readonly Zone[];
  readonly replication: Replication;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

export type ServerName = 'primary' | 'secondary' | 'resolver' | 'parents';

export interface ObservedQuery {
  readonly server: ServerName;
  readonly name: string;
  /** `TXT`, or `TYPE65` for a type without a name here. */
  readonly type: string;
}

export function primaryRole(world: World): ServerRole {
  const target = {
    zones: world.zones,
    exchanges: world.exchanges,
    publish: (...change: Parameters<Replication['publish']>) => world.replication.publish(...change),
  };
  return {
    query: (question) => answerAuthoritatively(world.zones, question),
    update: (request, isSigned) => answerUpdate(request, isSigned, target),
  };
}

export function secondaryRole({ replication, faults }: World): ServerRole {
  const failure: Reply = { rcode: RCODE.SERVFAIL };
  const isFailing = () => faults.has('dns-servfail-secondary');
  return {
    query: (question) => (isFailing() ? failure : answerAuthoritatively(replication.copies, question)),
    update: async () => (isFailing() ? failure : refused()),
  };
}

export function resolverRole({ zones, parents }: World): ServerRole {
  const everything = [...zones, ...parents];
  return {
    query: (question, request) =>
      request.recursionDesired ? answerRecursively(everything, question) : answerAuthoritatively(parents, question),
    update: async () => refused(),
  };
}

export function parentsRole({ parents }: World): ServerRole {
  return { query: (question) => answerAuthoritatively(parents, question), update: async () => refused() };
}

/** The same role, with every question written down. */
export function observing(server: ServerName, role: ServerRole, observed: ObservedQuery[]): ServerRole {
  return {
    query(question, request) {
      observed.push({ server, name: question.name, type: typeName(question.type) });
      return role.query(question, request);
    },
    update: (request, isSigned) => role.update(request, isSigned),
  };
}
