import { AppError } from '../../domain/errors.ts';
import type { ActivationAction, ActivationCapability } from '../driver.ts';
import type { Vcenter } from './install.ts';
import { SOURCES } from './sources.ts';

const SERVICE = 'vCenter services';
/** A rule of thumb; no figure is published. */
const EXPECTED_SECONDS = 600;

/** While the services start, a proxy answers in their place, or nobody. */
const SILENT: readonly string[] = [
  'APPLIANCE_UNREACHABLE',
  'APPLIANCE_BUSY',
  'APPLIANCE_NOT_TRUSTED',
  'APPLIANCE_REFUSED',
  'APPLIANCE_PROTOCOL',
];

/** The services restart by themselves after a replacement; nothing is restarted from here. */
export function vcenterActivation(
  { rest, name, settings, endpoints }: Vcenter,
  refuseOtherSlot: (slot: string) => void,
): ActivationCapability {
  const id = `${name}/${SERVICE}`;
  const refuseOthers = (action: ActivationAction) => {
    if (action.id === id) return;
    throw new AppError('INVALID_SETTINGS', `"${action.id}" is no restart that certferry knows on this appliance.`);
  };
  return {
    beginsWithinMs: 300_000,
    patienceMs: settings.restartPatienceSeconds * 1000,
    group: `vcenter:${settings.host}`,
    pauseMs: 0,
    async plan(slot) {
      refuseOtherSlot(slot);
      const impact = 'vSphere Client and API are away for minutes; virtual machines run on';
      const expectedSeconds = EXPECTED_SECONDS;
      return [{ id, node: name, service: SERVICE, impact, endpoints, expectedSeconds, beginsWithInstall: true }];
    },
    async start(action, accepted) {
      refuseOthers(action);
      await accepted();
      return 'unknown';
    },
    async status(action, signal) {
      refuseOthers(action);
      try {
        await rest.version(signal);
        return 'done';
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError && SILENT.includes(error.code)) return 'unknown';
        throw error;
      }
    },
    advice: () => [
      {
        text: 'Products that trusted the old certificate of vCenter by its fingerprint (vSphere Replication, NSX, backups) have to accept the new one.',
        reference: SOURCES.replication,
      },
    ],
  };
}
