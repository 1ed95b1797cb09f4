import { randomInt } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { type Endpoint, formatEndpoint } from '../endpoint.ts';
import { DnsTransportError } from '../transport-error.ts';
import { exchange } from '../wire.ts';
import { type Attempt, keyFailure, unsignedFailure, updateFailure } from './failures.ts';
import { sign, type TsigKey, type Verdict, verify } from './tsig.ts';
import { encodeRootQuery, encodeUpdate, rcodeOf, type Update } from './update.ts';

/** Signed requests to one update server. */
export interface UpdateClient {
  /**
   * @param request What is asked, for people: `add _acme-challenge.example.com TXT`.
   * @throws AppError DNS_DENIED, DNS_REFUSED, DNS_ZONE_NOT_FOUND, DNS_UNREACHABLE
   */
  update(update: Update, request: string, signal: AbortSignal): Promise<void>;

  /** Sends an update that cannot come true, to learn whether the key may change the zone. @throws as `update` */
  probe(update: Update, signal: AbortSignal): Promise<void>;

  /** Proves the key alone. @throws AppError DNS_DENIED, DNS_UNREACHABLE */
  probeKey(signal: AbortSignal): Promise<void>;
}

export interface UpdateClientOptions {
  readonly server: Endpoint;
  readonly transport: 'udp' | 'tcp';
  readonly key: TsigKey;
  readonly clock: Clock;
}

const TIMEOUT_MS = 10_000;
/** What every server takes over UDP. */
const MAX_UDP_LENGTH = 512;
/** What a failed "name is not in use" is answered with. */
const YXDOMAIN = 6;

export function createUpdateClient({ server, transport, key, clock }: UpdateClientOptions): UpdateClient {
  async function send(unsigned: Buffer, about: Pick<Attempt, 'zone' | 'request'>, signal: AbortSignal) {
    const { message, mac } = sign(unsigned, key, clock.now());
    const chosen = message.length > MAX_UDP_LENGTH ? 'tcp' : transport;
    const reply = await deliver(message, chosen, signal);
    const now = clock.now();
    const attempt: Attempt = { ...about, server: formatEndpoint(server), keyName: key.name, now };
    const verdict: Verdict = verify(reply, key, mac, now);
    const rcode = rcodeOf(reply);
    const denied = keyFailure(rcode, verdict, attempt);
    if (denied) throw denied;
    return { rcode, verdict, attempt };
  }

  async function deliver(message: Buffer, chosen: 'udp' | 'tcp', signal: AbortSignal): Promise<Buffer> {
    try {
      return (await exchange(server, message, { transport: chosen, timeoutMs: TIMEOUT_MS }, signal)).reply;
    } catch (cause) {
      if (!(cause instanceof DnsTransportError)) throw cause;
      throw new AppError('DNS_UNREACHABLE', `${formatEndpoint(server)} (${chosen}): ${cause.message}.`, { cause });
    }
  }

  return {
    async update(update, request, signal) {
      const { rcode, verdict, attempt } = await send(
        encodeUpdate(newId(), update),
        { zone: update.zone, request },
        signal,
      );
      const failed = updateFailure(rcode, verdict, attempt);
      if (failed) throw failed;
    },
    async probe(update, signal) {
      const about = { zone: update.zone, request: 'probe the zone, changing nothing' };
      const { rcode, verdict, attempt } = await send(encodeUpdate(newId(), update), about, signal);
      const failed = rcode === YXDOMAIN ? null : updateFailure(rcode, verdict, attempt);
      if (failed) throw failed;
    },
    async probeKey(signal) {
      const about = { zone: '', request: 'a signed query' };
      const { rcode, verdict, attempt } = await send(encodeRootQuery(newId()), about, signal);
      if (verdict.status === 'unsigned') throw unsignedFailure(rcode, verdict, attempt);
    },
  };
}

function newId(): number {
  return randomInt(0x10000);
}
