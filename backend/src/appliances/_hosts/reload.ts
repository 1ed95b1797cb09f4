import { AppError } from '../../domain/errors.ts';
import type { FileHosts, HostCommand, HostPlace } from '../../plugins/file-host.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import type { ActivationAction, ActivationCapability } from '../driver.ts';
import { onHost } from './host-checks.ts';
import { endWords, evidenceOf } from './program-words.ts';

/** Milliseconds for what the command restarts to serve again. */
const PATIENCE_MS = 60_000;

interface Reload {
  readonly hosts: FileHosts;
  readonly place: HostPlace;
  /** For people: host, or host and port. */
  readonly node: string;
  readonly command: HostCommand;
  readonly endpoints: readonly TlsEndpoint[];
}

/** A command of the person's own that makes a service take new files. */
export function reloadBy({ hosts, place, node, command, endpoints }: Reload): ActivationCapability {
  const service = command.argv.join(' ');
  const action: ActivationAction = {
    id: `${node}/${service}`,
    node,
    service,
    endpoints,
    expectedSeconds: 5,
    impact: 'whatever the command interrupts',
  };
  return {
    reloads: true,
    plan: async () => [action],
    async start({ id }, accepted, signal) {
      if (id !== action.id) throw new AppError('INVALID_SETTINGS', `"${id}" is not what reloads this host.`);
      const result = await onHost(hosts, place, signal, (host) => host.run(command, signal));
      await accepted();
      if (result.timedOut) return 'unknown';
      if (result.exitCode === 0) return 'done';
      throw new AppError('ACTIVATION_FAILED', `${service} on ${node} ${endWords(result, command)}.`, {
        evidence: evidenceOf(command, result),
      });
    },
    // Nothing tells whether a command that nobody waits for any more is still running; its own time bounds it.
    status: async () => 'done',
    beginsWithinMs: command.timeoutMs,
    patienceMs: PATIENCE_MS,
    group: `command:${node}`,
    pauseMs: 0,
  };
}
