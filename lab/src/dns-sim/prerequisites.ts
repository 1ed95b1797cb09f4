import { CLASS, RCODE, RcodeError, TYPE } from './codes.ts';
import { isWithin } from './names.ts';
import type { StoredRecord } from './records.ts';
import { formatError, type WireRecord } from './wire.ts';
import type { Zone } from './zone.ts';

/** RFC 2136, section 3.2. @throws RcodeError when one does not hold. */
export function checkPrerequisites(prerequisites: readonly WireRecord[], zone: Zone): void {
  for (const prerequisite of prerequisites) checkOne(prerequisite, zone);
  const valued = prerequisites.filter((prerequisite) => prerequisite.class === CLASS.IN);
  for (const { name, type } of valued) {
    const wanted = valued.filter((other) => other.name === name && other.type === type);
    if (!isSameSet(wanted, zone.rrset(name, type))) {
      throw new RcodeError(RCODE.NXRRSET, `${name} has other records than expected`);
    }
  }
}

function checkOne(prerequisite: WireRecord, zone: Zone): void {
  const { name, ttl, rdata } = prerequisite;
  if (ttl !== 0) throw formatError('A prerequisite needs TTL 0');
  if (!isWithin(name, zone.name)) throw new RcodeError(RCODE.NOTZONE, `${name} is outside ${zone.name}`);
  if (prerequisite.class === CLASS.IN) return;
  if (rdata.length > 0) throw formatError('A prerequisite on presence has no data');
  switch (prerequisite.class) {
    case CLASS.ANY:
      mustBeThere(prerequisite, zone);
      break;
    case CLASS.NONE:
      mustNotBeThere(prerequisite, zone);
      break;
    default:
      throw formatError('A class that means no prerequisite');
  }
}

function mustBeThere({ name, type }: WireRecord, zone: Zone): void {
  if (isThere(name, type, zone)) return;
  throw new RcodeError(type === TYPE.ANY ? RCODE.NXDOMAIN : RCODE.NXRRSET, `${name} is not there`);
}

function mustNotBeThere({ name, type }: WireRecord, zone: Zone): void {
  if (!isThere(name, type, zone)) return;
  throw new RcodeError(type === TYPE.ANY ? RCODE.YXDOMAIN : RCODE.YXRRSET, `${name} is there`);
}

function isThere(name: string, type: number, zone: Zone): boolean {
  return type === TYPE.ANY ? zone.at(name).length > 0 : zone.rrset(name, type).length > 0;
}

function isSameSet(wanted: readonly WireRecord[], present: readonly StoredRecord[]): boolean {
  return (
    present.every((record) => wanted.some((one) => one.rdata.equals(record.rdata))) &&
    wanted.every((one) => present.some((record) => one.rdata.equals(record.rdata)))
  );
}
