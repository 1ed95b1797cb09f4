import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { rcodeName, tsigErrorName } from '../rcodes.ts';
import type { Verdict } from './tsig.ts';

/** One exchange with an update server, for the words of a failure. */
export interface Attempt {
  /** `ns1.example.net:53` */
  readonly server: string;
  readonly zone: string;
  readonly keyName: string;
  /** What was asked, without any secret: `add _acme-challenge.example.com TXT`. */
  readonly request: string;
  readonly now: Date;
}

const RCODE = {
  servfail: 2,
  notimp: 4,
  refused: 5,
  yxdomain: 6,
  yxrrset: 7,
  notauth: 9,
  notzone: 10,
} as const;
const TSIG_ERROR = { badsig: 16, badkey: 17, badtime: 18 } as const;

/** Null when the server accepted the key and its answer can be believed, whatever else it says. */
export function keyFailure(rcode: number, verdict: Verdict, attempt: Attempt): AppError | null {
  if (verdict.error !== 0) return failure('DNS_DENIED', keyWords(verdict, attempt), rcode, verdict, attempt);
  if (verdict.status === 'forged') {
    const words = `The answer of ${attempt.server} is signed, but not for this request with this key and clock.`;
    return failure('DNS_DENIED', words, rcode, verdict, attempt);
  }
  if (verdict.status === 'unsigned' && (rcode === 0 || rcode === RCODE.yxdomain)) {
    return unsignedFailure(rcode, verdict, attempt);
  }
  if (verdict.status === 'unsigned' && (rcode === RCODE.notauth || rcode === RCODE.refused)) {
    return failure('DNS_DENIED', refusedWords(attempt), rcode, verdict, attempt);
  }
  return null;
}

/** Anybody could have sent the answer. */
export function unsignedFailure(rcode: number, verdict: Verdict, attempt: Attempt): AppError {
  const words = `${attempt.server} answered without a signature, so its answer cannot be believed.`;
  return failure('DNS_DENIED', words, rcode, verdict, attempt);
}

/** Null for NOERROR. */
export function updateFailure(rcode: number, verdict: Verdict, attempt: Attempt): AppError | null {
  if (rcode === 0) return null;
  const [code, words] = updateWords(rcode, attempt);
  return failure(code, words, rcode, verdict, attempt);
}

function updateWords(rcode: number, { server, zone, keyName, request }: Attempt): readonly [ErrorCode, string] {
  switch (rcode) {
    case RCODE.refused:
      return ['DNS_DENIED', `${server} does not let the key ${keyName} do this: ${request}.`];
    case RCODE.notauth:
      return ['DNS_ZONE_NOT_FOUND', `${server} is not a primary server of the zone ${zone}.`];
    case RCODE.notzone:
      return ['DNS_ZONE_NOT_FOUND', `${server} says that the name is not in the zone ${zone}.`];
    case RCODE.servfail:
      return ['DNS_UNREACHABLE', `${server} could not make the change (SERVFAIL).`];
    case RCODE.notimp:
      return ['DNS_REFUSED', `${server} does not take dynamic updates.`];
    case RCODE.yxrrset:
      return ['DNS_REFUSED', `On ${server} the name of the record is an alias (CNAME), which can hold no TXT record.`];
    default:
      return ['DNS_REFUSED', `${server} refused the change with ${rcodeName(rcode)}.`];
  }
}

/** PowerDNS says no more than this of a wrong key. */
function refusedWords({ server, zone, keyName }: Attempt): string {
  const alternative = zone === '' ? '' : `, or does not let this host change the zone ${zone}`;
  return `${server} does not accept the key ${keyName}${alternative}.`;
}

function keyWords({ error, serverTime }: Verdict, { server, keyName, now }: Attempt): string {
  switch (error) {
    case TSIG_ERROR.badkey:
      return `${server} does not know the key ${keyName} with this algorithm.`;
    case TSIG_ERROR.badsig:
      return `${server} knows the key ${keyName}, but with another secret.`;
    case TSIG_ERROR.badtime:
      return `${server} refused the signature because of the time: ${clockWords(serverTime, now)}.`;
    default:
      return `${server} refused the signature of the key ${keyName} with ${tsigErrorName(error)}.`;
  }
}

function clockWords(serverTime: Date | null, now: Date): string {
  if (!serverTime) return 'compare its clock with the clock of this host';
  const ahead = Math.round((serverTime.getTime() - now.getTime()) / 1000);
  return `its clock is ${Math.abs(ahead)} s ${ahead < 0 ? 'behind' : 'ahead of'} the clock of this host`;
}

function failure(code: ErrorCode, message: string, rcode: number, verdict: Verdict, attempt: Attempt): AppError {
  const signature = verdict.error === 0 ? verdict.status : tsigErrorName(verdict.error);
  const body = `${rcodeName(rcode)}, signature: ${signature}`;
  const request = `${attempt.request} (zone ${attempt.zone || '.'}, key ${attempt.keyName}) at ${attempt.server}`;
  return new AppError(code, message, { evidence: { request, body } });
}
