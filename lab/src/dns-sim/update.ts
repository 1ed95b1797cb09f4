/** Dynamic update, RFC 2136, under the narrowest policy that ACME needs. */
import type { Exchanges } from '../exchanges.ts';
import { CLASS, isMetaType, RCODE, RcodeError, TYPE } from './codes.ts';
import { isWithin } from './names.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { characterStrings, isSameData, type StoredRecord } from './records.ts';
import type { Reply } from './reply.ts';
import { formatError, type Message, type WireRecord } from './wire.ts';
import { withoutRecords, withRecord, type Zone } from './zone.ts';

export interface UpdateTarget {
  readonly zones: readonly Zone[];
  readonly exchanges: Exchanges;
  /** Makes the records those of the zone, and lets the secondary know in its time. */
  publish(zone: Zone, records: readonly StoredRecord[]): void;
}

/**
 * All of the update or nothing. The exchange `dns.update` is `received` once the update is known to be allowed;
 * its prerequisites are looked at after that, together with the change, so that no other update comes between.
 *
 * @throws RcodeError with the code to answer.
 */
export async function answerUpdate(request: Message, isSigned: boolean, target: UpdateTarget): Promise<Reply> {
  const zone = zoneOf(request, target.zones);
  if (!isSigned) throw new RcodeError(RCODE.REFUSED, 'Updates must be signed');
  for (const change of request.authorities) checkChange(change, zone);
  for (const change of request.authorities) checkPolicy(change);

  await target.exchanges.reached('dns.update', 'received');
  checkPrerequisites(request.answers, zone);
  target.publish(zone, request.authorities.reduce(apply, zone.version.records));
  await target.exchanges.reached('dns.update', 'done');
  return { rcode: RCODE.NOERROR };
}

/** RFC 2136, section 3.1. */
function zoneOf(request: Message, zones: readonly Zone[]): Zone {
  const [section, second] = request.questions;
  if (section === undefined || second !== undefined || section.type !== TYPE.SOA) {
    throw formatError('The zone section must name one zone');
  }
  const zone = zones.find((candidate) => candidate.name === section.name);
  if (zone === undefined || section.class !== CLASS.IN) {
    throw new RcodeError(RCODE.NOTAUTH, `${section.name} is not a zone of this server`);
  }
  return zone;
}

/** RFC 2136, section 3.4.1. */
function checkChange(change: WireRecord, zone: Zone): void {
  if (!isWithin(change.name, zone.name)) throw new RcodeError(RCODE.NOTZONE, `${change.name} is outside ${zone.name}`);
  const isWholeName = change.class === CLASS.ANY && change.type === TYPE.ANY;
  if (isMetaType(change.type) && !isWholeName) throw formatError('A type that is never data');
  if (change.class !== CLASS.IN && change.ttl !== 0) throw formatError('A deletion needs TTL 0');
  switch (change.class) {
    case CLASS.IN:
    case CLASS.NONE:
      checkData(change);
      break;
    case CLASS.ANY:
      if (change.rdata.length > 0) throw formatError('The deletion of a set has no data');
      break;
    default:
      throw formatError('A class that means no change');
  }
}

function checkData(change: WireRecord): void {
  if (change.type === TYPE.TXT && characterStrings(change.rdata) === null) throw formatError('Broken TXT data');
}

function checkPolicy(change: WireRecord): void {
  if (change.type === TYPE.TXT && change.name.startsWith('_acme-challenge')) return;
  throw new RcodeError(RCODE.REFUSED, 'Only TXT records of _acme-challenge names may be changed');
}

/** RFC 2136, section 3.4.2. */
function apply(records: readonly StoredRecord[], change: WireRecord): readonly StoredRecord[] {
  const { name, type, ttl, rdata } = change;
  switch (change.class) {
    case CLASS.IN:
      return withRecord(records, { name, type, ttl, rdata: Buffer.from(rdata) });
    case CLASS.NONE:
      return withoutRecords(records, (record) => isSameData(record, change));
    default:
      return withoutRecords(records, (record) => record.name === name && record.type === type);
  }
}
