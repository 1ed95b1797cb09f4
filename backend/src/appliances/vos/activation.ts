import { AppError } from '../../domain/errors.ts';
import { Deadline } from '../../plugins/deadline.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import type { ActivationAction, ActivationCapability } from '../driver.ts';
import { ask, hasRestartBegun, judgeRestart, parseServiceList, type VosCli } from './command-line.ts';
import type { VosRest } from './rest.ts';
import { SLOTS, vosSlot } from './services.ts';

export interface VosActivationOptions {
  readonly rest: VosRest;
  readonly cli: VosCli;
  readonly host: string;
  readonly beginsWithinMs: number;
  readonly patienceMs: number;
  readonly endpoints: readonly TlsEndpoint[];
}

export function vosActivation(options: VosActivationOptions): ActivationCapability {
  const { rest, cli, host, beginsWithinMs, patienceMs, endpoints } = options;
  return {
    beginsWithinMs,
    patienceMs,
    group: host,
    pauseMs: 0,

    async plan(slotId, signal) {
      const { restarts } = vosSlot(slotId);
      const { server } = await rest.snapshot(signal);
      return restarts.map(({ service, outage, expectedSeconds }) => ({
        id: `${server}/${service}`,
        node: server,
        service,
        impact: `${outage} on ${server} while ${service} restarts`,
        endpoints,
        expectedSeconds,
      }));
    },

    start: async (action, accepted, signal) => await restart(options, serviceOf(action), accepted, signal),

    async status(action, signal) {
      const service = serviceOf(action);
      try {
        const list = await cli.session(signal, (shell) => ask(shell, 'utils service list', signal));
        const state = parseServiceList(list).get(service);
        if (state === undefined) return 'unknown';
        return state === 'STARTED' ? 'done' : 'running';
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return 'unknown';
        throw error;
      }
    },
  };
}

async function restart(
  { cli, host, patienceMs }: VosActivationOptions,
  service: string,
  accepted: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let acceptance: Promise<Error | null> | null = null;
  const heard = (output: string) => {
    if (acceptance || !hasRestartBegun(output, service)) return;
    // Settled into a value: it is awaited only after the session, and must not count as unhandled until then.
    acceptance = accepted().then(
      () => null,
      (error: unknown) => AppError.from(error),
    );
  };
  const output = await runRestart(cli, service, heard, patienceMs, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (acceptance && error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return null;
    throw error;
  });
  const failure = await (acceptance as Promise<Error | null> | null);
  if (failure) throw failure;
  // A session that broke after the restart began says nothing about it: Tomcat takes sessions down with it.
  if (output !== null) judgeRestart(output, service, host);
}

function runRestart(
  cli: VosCli,
  service: string,
  heard: (output: string) => void,
  patienceMs: number,
  signal: AbortSignal,
): Promise<string> {
  return cli.session(signal, async (shell) => {
    using deadline = new Deadline(signal, patienceMs);
    return await shell.command(`utils service restart ${service}`, deadline.signal, heard);
  });
}

/** `cucm-pub.example.com/Cisco Tomcat` to `Cisco Tomcat`; nothing else ever reaches the command line. */
function serviceOf(action: ActivationAction): string {
  const service = action.id.slice(action.id.indexOf('/') + 1);
  if (SLOTS.some((slot) => slot.restarts.some((each) => each.service === service))) return service;
  throw new AppError('INVALID_SETTINGS', `"${action.id}" is no restart that certferry knows on this appliance.`);
}
