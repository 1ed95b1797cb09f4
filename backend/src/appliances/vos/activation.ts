import { AppError } from '../../domain/errors.ts';
import { Deadline } from '../../plugins/deadline.ts';
import type { ActivationAction, ActivationCapability, SlotId } from '../driver.ts';
import { adviceFor } from './advice.ts';
import { ask, hasRestartBegun, judgeRestart, parseServiceList } from './command-line.ts';
import type { VosNode } from './nodes.ts';
import { mostRestarts, type PlanOptions, planRestarts } from './plan.ts';
import { SLOTS, type VosRestart, type VosSlot } from './services.ts';
import { confirming } from './unconfirmed.ts';

export interface VosActivationOptions extends Pick<PlanOptions, 'sso' | 'intercluster'> {
  readonly nodes: readonly VosNode[];
  readonly slotOf: (id: SlotId) => VosSlot;
  readonly group: string;
  readonly pauseMs: number;
  readonly beginsWithinMs: number;
  readonly patienceMs: number;
}

export function vosActivation(options: VosActivationOptions): ActivationCapability {
  const { nodes, slotOf, group, pauseMs, beginsWithinMs, patienceMs } = options;
  return {
    beginsWithinMs,
    patienceMs,
    group,
    pauseMs,

    advice: (slotId) => adviceFor(slotOf(slotId), options),

    plan: async (slotId, signal) => await planRestarts(nodes, slotOf(slotId), options, signal),

    most: (slotId) => mostRestarts(nodes, slotOf(slotId), options),

    async start(action, accepted, signal) {
      const target = targetOf(action, nodes);
      if (!overSoap(target)) return await restart(target, accepted, patienceMs, signal);
      await target.soap.restart(target.restart.service, accepted, patienceMs, signal);
      return 'unknown';
    },

    async status(action, signal) {
      const target = targetOf(action, nodes);
      try {
        if (overSoap(target)) return await target.soap.status(target.restart.service, signal);
        return await statusByCli(target, signal);
      } catch (error) {
        signal.throwIfAborted();
        const isSilent =
          error instanceof AppError && (error.code === 'APPLIANCE_UNREACHABLE' || error.code === 'APPLIANCE_BUSY');
        if (isSilent) return 'unknown';
        throw error;
      }
    },
  };
}

interface Target {
  readonly node: VosNode;
  readonly soap: VosNode['soap'];
  readonly restart: VosRestart;
}

type SoapTarget = Target & { readonly soap: NonNullable<VosNode['soap']> };

function overSoap(target: Target): target is SoapTarget {
  return target.soap !== null && target.restart.by === 'soap';
}

/** `cucm-pub.example.com/Cisco Tomcat`: a node of this connection and a service of the table, or nothing is touched. */
function targetOf({ id }: ActivationAction, nodes: readonly VosNode[]): Target {
  const slash = id.indexOf('/');
  const node = nodes.find(({ name }) => name === id.slice(0, slash));
  const restart = SLOTS.flatMap((slot) => slot.restarts).find(({ service }) => service === id.slice(slash + 1));
  if (node && restart) return { node, soap: node.soap, restart };
  throw new AppError('INVALID_SETTINGS', `"${id}" is no restart that certferry knows on this appliance.`);
}

async function statusByCli({ node, restart }: Target, signal: AbortSignal) {
  const list = await node.cli.session(signal, (shell) => ask(shell, 'utils service list', signal));
  const state = parseServiceList(list).get(restart.service);
  if (state === undefined) return 'unknown';
  return state === 'STARTED' ? 'done' : 'running';
}

async function restart(
  { node, restart: { service } }: Target,
  accepted: () => Promise<void>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<'done' | 'unknown'> {
  let acceptance: Promise<Error | null> | null = null;
  const heard = (output: string) => {
    if (acceptance || !hasRestartBegun(output, service)) return;
    // Settled into a value: it is awaited only after the session, and must not count as unhandled until then.
    acceptance = accepted().then(
      () => null,
      (error: unknown) => AppError.from(error),
    );
  };
  const output = await runRestart(node, service, heard, patienceMs, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (acceptance && error instanceof AppError && error.code === 'APPLIANCE_UNREACHABLE') return null;
    throw error;
  });
  const failure = await (acceptance as Promise<Error | null> | null);
  if (failure) throw failure;
  // A session that broke after the restart began says nothing about it: Tomcat takes sessions down with it.
  return output === null ? 'unknown' : judgeRestart(output, service, node.name);
}

function runRestart(
  { cli }: VosNode,
  service: string,
  heard: (output: string) => void,
  patienceMs: number,
  signal: AbortSignal,
): Promise<string> {
  return cli.session(signal, async (shell) => {
    using deadline = new Deadline(signal, patienceMs);
    return await shell.command(
      `utils service restart ${service}`,
      deadline.signal,
      heard,
      confirming('restart-transcript'),
    );
  });
}
