import { shuffled } from './chance.ts';
import { isUp, type Member } from './cluster-members.ts';

/**
 * The output of `show network cluster` on `self`: a line per node, in no order to rely on, then the table that only the
 * publisher prints.
 *
 * @see https://www.cisco.com/c/en/us/support/docs/unified-communications/unified-communications-manager-callmanager/215013-how-to-perform-a-health-check-of-cucm-da.html
 */
export function networkCluster(self: Member, members: readonly Member[]): string[] {
  const lines = shuffled(members).map((member) => `${identification(member, members)} ${connection(member, self)}`);
  if (self.node.role !== 'publisher') return [...lines, ''];
  const table = members.map(({ node }) => node.name);
  return [...lines, '', 'Server Table (processnode) Entries', '----------------------------------', ...table, ''];
}

function identification({ node, host }: Member, members: readonly Member[]): string {
  const { name, shortName, role } = node;
  if (role !== 'imp') {
    const words = role === 'publisher' ? 'Publisher callmanager DBPub' : 'Subscriber callmanager DBSub';
    return `${host} ${name} ${shortName} ${words}`;
  }
  // The first IM and Presence node has a database of its own, which the others of its kind subscribe to.
  const first = members.find((member) => member.node.role === 'imp');
  return `${host} ${name} ${shortName} Subscriber cups ${first?.node === node ? 'DBPub' : 'DBSub'}`;
}

function connection(member: Member, self: Member): string {
  if (member === self) return 'authenticated';
  return isUp(member) ? `authenticated using TCP since ${SINCE}` : `not authenticated - INITIATOR since ${SINCE}`;
}

const SINCE = 'Tue Mar  3 10:51:27 2026';
