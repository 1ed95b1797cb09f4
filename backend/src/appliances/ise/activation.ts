import { AppError } from '../../domain/errors.ts';
import type { ActivationAction, ActivationCapability } from '../driver.ts';
import type { IsePlace } from './csr.ts';
import { endpointsOf, nameOf } from './node.ts';
import { type IseSlot, restartsNode, slotOf } from './roles.ts';
import { SOURCES } from './sources.ts';

const SERVICE = 'ISE application server';
/** A rule of thumb: users report 10 to 20 minutes, and more on small nodes. */
const EXPECTED_SECONDS = 900;

/** Nothing is restarted by certferry: with the admin role the node does it as soon as it takes the certificate. */
export function iseActivation(place: IsePlace): ActivationCapability {
  const { settings, rest } = place;
  const { restartPatienceSeconds, pauseSeconds, host } = settings;
  const own = (action: ActivationAction) => {
    if (action.id === idOf(place)) return;
    throw new AppError('INVALID_SETTINGS', `"${action.id}" is no restart that certferry knows on this appliance.`);
  };
  return {
    beginsWithinMs: 60_000,
    patienceMs: restartPatienceSeconds * 1000,
    group: `ise:${host}`,
    pauseMs: pauseSeconds * 1000,
    plan: async (slotId) => planOf(place, slotOf(slotId)),
    async start(action, accepted) {
      own(action);
      await accepted();
      return 'unknown';
    },
    async status(action, signal) {
      own(action);
      try {
        await rest.nodes(signal);
        return 'done';
      } catch (error) {
        signal.throwIfAborted();
        const isSilent = error instanceof AppError && SILENT.includes(error.code);
        if (isSilent) return 'unknown';
        throw error;
      }
    },
    advice: (slotId) =>
      restartsNode(slotOf(slotId))
        ? [
            {
              text: 'Take a configuration backup before: the node restarts with the new certificate.',
              reference: SOURCES.sdk,
            },
          ]
        : [],
  };
}

/** While it comes up, a node answers half of the questions, or shows a certificate that the pins do not know yet. */
const SILENT: readonly string[] = [
  'APPLIANCE_UNREACHABLE',
  'APPLIANCE_BUSY',
  'APPLIANCE_NOT_TRUSTED',
  'APPLIANCE_REFUSED',
  'APPLIANCE_PROTOCOL',
];

function planOf(place: IsePlace, slot: IseSlot): readonly ActivationAction[] {
  if (!restartsNode(slot)) return [];
  return [
    {
      id: idOf(place),
      node: nameOf(place.settings),
      service: SERVICE,
      impact: 'the node restarts at once: 10 to 20 minutes without RADIUS, portals and administration on it',
      endpoints: endpointsOf(place.settings, slot),
      expectedSeconds: EXPECTED_SECONDS,
      typedConfirmation: true,
      beginsWithInstall: true,
    },
  ];
}

function idOf({ settings }: IsePlace): string {
  return `${nameOf(settings)}/${SERVICE}`;
}
