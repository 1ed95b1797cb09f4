import { AppError } from '../../domain/errors.ts';
import type { SlotId } from '../driver.ts';
import { SOURCES } from './sources.ts';

/** A slot that this driver knows to renew. */
export interface VosSlot {
  readonly id: SlotId;
  /** The name that the API and the CLI of the appliance use; case matters. */
  readonly service: string;
  /** What has to be restarted until clients meet a new certificate, in order. */
  readonly restarts: readonly VosRestart[];
}

export interface VosRestart {
  /** As `utils service list` prints it. */
  readonly service: string;
  /** What people miss meanwhile. */
  readonly outage: string;
  /** No source gives a figure; this is a rule of thumb until the installation has its own. */
  readonly expectedSeconds: number;
  readonly source: string;
}

/** One row for each slot. The others of a cluster need other restarts, and reset phones or trunks. */
export const SLOTS: readonly VosSlot[] = [
  {
    id: 'tomcat',
    service: 'tomcat',
    restarts: [
      {
        service: 'Cisco Tomcat',
        outage: 'about 5 minutes without web access',
        expectedSeconds: 300,
        source: SOURCES.regeneration,
      },
    ],
  },
];

/** @throws AppError INVALID_SETTINGS for a slot that is not in the table. */
export function vosSlot(id: SlotId): VosSlot {
  const slot = SLOTS.find((each) => each.id === id);
  if (slot) return slot;
  const known = SLOTS.map((each) => each.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `"${id}" is no slot that certferry renews on this appliance (${known}).`);
}
