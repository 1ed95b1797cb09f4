import { AwsRefusal } from './xml.ts';

export interface Zone {
  readonly id: string;
  /** Without the dot at the end. */
  readonly name: string;
  readonly isPrivate: boolean;
  readonly sets: RecordSet[];
}

export interface RecordSet {
  /** With the dot at the end. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** TXT values with their quotes. */
  readonly values: readonly string[];
  readonly aliasOf?: string;
  readonly setIdentifier?: string;
}

export interface Change {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly set: RecordSet;
}

/** All or nothing. @throws AwsRefusal InvalidChangeBatch */
export function applyChanges(zone: Zone, changes: readonly Change[]): void {
  const after = [...zone.sets];
  for (const change of changes) applyChange(zone, after, change);
  zone.sets.splice(0, zone.sets.length, ...after);
}

function applyChange(zone: Zone, sets: RecordSet[], { action, set }: Change): void {
  requireValid(zone, set);
  const subject = `[name='${set.name}', type='${set.type}']`;
  const known = sets.findIndex(({ name, type }) => name === set.name && type === set.type);
  if (action === 'DELETE') {
    const current = sets[known];
    if (!current) throw invalid(`Tried to delete resource record set ${subject} but it was not found`);
    if (!isSame(current, set)) {
      const words = 'but the values provided do not match the current values';
      throw invalid(`Tried to delete resource record set ${subject} ${words}`);
    }
    sets.splice(known, 1);
    return;
  }
  if (action === 'CREATE' && known !== -1)
    throw invalid(`Tried to create resource record set ${subject} but it already exists`);
  const other = sets.find(({ name, type }) => name === set.name && (type === 'CNAME') !== (set.type === 'CNAME'));
  if (other) {
    const words = `RRSet of type ${set.type} with DNS name ${set.name} is not permitted as it conflicts with other records`;
    throw invalid(`${words} with the same DNS name in zone ${zone.name}.`);
  }
  sets.splice(known === -1 ? sets.length : known, known === -1 ? 0 : 1, set);
}

function requireValid(zone: Zone, { name, type, values }: RecordSet): void {
  if (name !== `${zone.name}.` && !name.endsWith(`.${zone.name}.`)) {
    throw invalid(`RRSet with DNS name ${name} is not permitted in zone ${zone.name}.`);
  }
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw invalid(`Duplicate Resource Record: '${twice}'`);
  if (type !== 'TXT') return;
  for (const value of values) requireQuoted(value);
}

/** Quoted strings of at most 255 characters, in printable ASCII; a quote or backslash inside has a backslash before it. */
function requireQuoted(value: string): void {
  const strings = value.match(/^"(?:[^"\\]|\\.)*"(?: "(?:[^"\\]|\\.)*")*$/) ? value.split(/(?<!\\)" "/) : null;
  if (!strings || !/^[\x20-\x7e]*$/.test(value)) {
    throw invalid(
      `Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with '${value}''`,
    );
  }
  if (strings.some((string) => string.replace(/^"|"$/g, '').replace(/\\(?:[0-7]{3}|.)/g, 'x').length > 255)) {
    throw invalid(
      `Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) encountered with '${value}''`,
    );
  }
}

function isSame(a: RecordSet, b: RecordSet): boolean {
  return a.ttl === b.ttl && [...a.values].sort().join('\n') === [...b.values].sort().join('\n');
}

function invalid(words: string): AwsRefusal {
  return new AwsRefusal(400, 'InvalidChangeBatch', `[${words}]`);
}
