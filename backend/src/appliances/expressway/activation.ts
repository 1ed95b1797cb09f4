import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import type { ActivationAction, ActivationCapability } from '../driver.ts';
import { type ExpresswayCli, isTaken } from './command-line.ts';
import type { ExpresswayRest } from './rest.ts';
import type { ExpresswaySettings } from './settings.ts';
import { slotOf } from './slot.ts';

const SERVICE = 'Expressway';
/** A rule of thumb; Cisco gives no figure. */
const EXPECTED_SECONDS = 300;
const EVIDENCE_LENGTH = 2000;

export interface ActivationParts {
  readonly rest: ExpresswayRest;
  readonly cli: ExpresswayCli;
  readonly clock: Clock;
  readonly name: string;
  readonly settings: ExpresswaySettings;
  readonly endpoints: readonly TlsEndpoint[];
}

/** A certificate that was uploaded is served only after a restart of the box, which its API cannot ask for. */
export function expresswayActivation(parts: ActivationParts): ActivationCapability {
  const { rest, clock, name, settings, endpoints } = parts;
  const { host, cluster, restartPatienceSeconds, restartSettleSeconds, pauseSeconds } = settings;
  const id = `${name}/${SERVICE}`;
  let startedAt: number | null = null;
  const refuseOthers = (action: ActivationAction) => {
    if (action.id === id) return;
    throw new AppError('INVALID_SETTINGS', `"${action.id}" is no restart that certferry knows on this appliance.`);
  };
  return {
    beginsWithinMs: 120_000,
    patienceMs: restartPatienceSeconds * 1000,
    group: `expressway:${cluster ?? host}`,
    pauseMs: pauseSeconds * 1000,
    async plan(slotId) {
      slotOf(slotId);
      const impact = 'calls and registrations through it end, phones outside reconnect: about 5 minutes';
      return [{ id, node: name, service: SERVICE, impact, endpoints, expectedSeconds: EXPECTED_SECONDS }];
    },
    async start(action, accepted, signal) {
      refuseOthers(action);
      await restart(parts, accepted, signal);
      startedAt = clock.now().getTime();
      return 'unknown';
    },
    async status(action, signal) {
      refuseOthers(action);
      // The API answers on for a while after the command.
      if (startedAt !== null && clock.now().getTime() < startedAt + restartSettleSeconds * 1000) return 'running';
      try {
        await rest.serverCertificate(signal);
        return 'done';
      } catch (error) {
        signal.throwIfAborted();
        const isSilent = error instanceof AppError && SILENT.includes(error.code);
        if (isSilent) return 'unknown';
        throw error;
      }
    },
  };
}

/** A box that comes up may also show a certificate that the pins do not know yet. */
const SILENT: readonly string[] = ['APPLIANCE_UNREACHABLE', 'APPLIANCE_BUSY', 'APPLIANCE_NOT_TRUSTED'];

async function restart(
  { cli, name }: ActivationParts,
  accepted: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let acceptance: Promise<Error | null> | null = null;
  const heard = (output: string) => {
    if (acceptance || isTaken(output) !== true) return;
    // Settled into a value: it is awaited only after the session, and must not count as unhandled until then.
    acceptance = accepted().then(
      () => null,
      (error: unknown) => AppError.from(error),
    );
  };
  const output = await cli.restart(heard, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (acceptance && error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return null;
    throw error;
  });
  if (output !== null && isTaken(output) === false) {
    const evidence = { request: 'xCommand Restart', body: output.trim().slice(-EVIDENCE_LENGTH) };
    throw new AppError('ACTIVATION_FAILED', `${name} did not take the command to restart.`, { evidence });
  }
  const failure = await (acceptance as Promise<Error | null> | null);
  if (failure) throw failure;
}
