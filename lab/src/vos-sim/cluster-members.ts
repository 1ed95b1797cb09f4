import type { FaultView } from '../faults.ts';
import type { VosNode } from './node.ts';
import type { Slot } from './slots.ts';

/** One node as the others see it. */
export interface Member {
  readonly node: VosNode;
  readonly host: string;
  readonly faults: FaultView;
}

/** Who belongs together. A node alone is a cluster of one. */
export class ClusterMembers {
  readonly #members: Member[] = [];

  /** In the order in which they joined, the publisher first. */
  get all(): readonly Member[] {
    return this.#members;
  }

  join(member: Member): void {
    this.#members.push(member);
  }

  /** Those that have the slot. The first of them leads: it makes and takes the multi-server certificate of that slot. */
  having(slot: Slot): readonly Member[] {
    return this.#members.filter(({ node }) => node.slots.includes(slot));
  }
}

export function isUp(member: Member): boolean {
  return !member.faults.has('node-down');
}
