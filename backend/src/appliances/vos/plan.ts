import { AppError } from '../../domain/errors.ts';
import type { ActivationAction } from '../driver.ts';
import { ask, parseInactive, parseServiceList, parseVersion } from './command-line.ts';
import { endpointsOf, type VosNode, withSlot } from './nodes.ts';
import { isWithin, type Release, releaseOf } from './release.ts';
import type { VosRestart, VosSlot } from './services.ts';
import { confirming } from './unconfirmed.ts';

export interface PlanOptions {
  readonly sso: boolean;
  readonly intercluster: boolean;
}

/** What a node said of itself; null where it could not be asked. */
export interface NodeState {
  readonly release: Release | null;
  /** Services that can be restarted; null: not known. */
  readonly services: ReadonlySet<string> | null;
}

/** Everything of `slot`, node by node in the order given: the next node begins when the last one has ended. */
export async function planRestarts(
  nodes: readonly VosNode[],
  slot: VosSlot,
  options: PlanOptions,
  signal: AbortSignal,
): Promise<readonly ActivationAction[]> {
  const concerned = withSlot(nodes, slot);
  const states = await Promise.all(concerned.map((node) => stateOf(node, signal)));
  return concerned.flatMap((node, index) => {
    const state = states[index] ?? UNKNOWN;
    const restarts = restartsOn(node, slot, state, options);
    refuseGuess(node, restarts, state);
    return restarts.map((restart) => actionOf(node, slot, restart));
  });
}

/** How many restarts there are at most; which services nodes lack, and their release, only they can say. */
export function mostRestarts(nodes: readonly VosNode[], slot: VosSlot, options: PlanOptions): number {
  return withSlot(nodes, slot).reduce((sum, node) => sum + restartsOn(node, slot, UNKNOWN, options).length, 0);
}

/**
 * The rows of the table that `node` needs. What is not known of it leaves a row in: a service too many costs little, one
 * too few goes on with the old certificate.
 */
export function restartsOn(
  { kind, isPublisher }: Pick<VosNode, 'kind' | 'isPublisher'>,
  slot: VosSlot,
  { release, services }: NodeState,
  options: PlanOptions,
): readonly VosRestart[] {
  return slot.restarts.filter(
    (restart) =>
      restart.on.includes(kind) &&
      (isPublisher || !restart.publisherOnly) &&
      (!restart.when || options[restart.when]) &&
      isWithin(release, restart.releases ?? {}) &&
      (services === null || services.has(restart.service)),
  );
}

const UNKNOWN: NodeState = { release: null, services: null };

/** Without a host key to compare with nobody logs in, so nothing can be restarted either, and `start` says why. */
async function stateOf({ cli }: VosNode, signal: AbortSignal): Promise<NodeState> {
  if (!cli.hasPinnedKey) return UNKNOWN;
  try {
    return await cli.session(signal, async (shell) => {
      const version = parseVersion(await ask(shell, 'show version active', signal, confirming('version-line')));
      const list = await ask(shell, 'utils service list', signal);
      const inactive = parseInactive(list);
      const services = [...parseServiceList(list).keys()].filter((name) => !inactive.has(name));
      return {
        release: version === null ? null : releaseOf(version),
        services: services.length > 0 ? new Set(services) : null,
      };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'APPLIANCE_NOT_TRUSTED') return UNKNOWN;
    throw error;
  }
}

/** Releases differ in whether CallManager has to be restarted, and phones must not lose their registration on a guess. */
function refuseGuess({ name }: VosNode, restarts: readonly VosRestart[], { release }: NodeState): void {
  const guessed = release === null && restarts.find(({ releases, resetsPhones }) => releases && resetsPhones);
  if (!guessed) return;
  throw new AppError(
    'INVALID_SETTINGS',
    `The release of ${name} is not known, and only some releases need ${guessed.service} restarted: certferry has to log in there over SSH to see it.`,
  );
}

function actionOf(node: VosNode, slot: VosSlot, restart: VosRestart): ActivationAction {
  const { service, outage, expectedSeconds, resetsPhones } = restart;
  return {
    id: `${node.name}/${service}`,
    node: node.name,
    service,
    impact: outage,
    endpoints: endpointsOf(node, slot).filter(({ port }) => servesAt(port, restart, slot)),
    expectedSeconds,
    ...(resetsPhones ? { typedConfirmation: true as const } : {}),
  };
}

function servesAt(port: number, { serves, ports = [] }: VosRestart, slot: VosSlot): boolean {
  if (!serves) return ports.includes(port);
  return !slot.restarts.some((other) => other.ports?.includes(port));
}
