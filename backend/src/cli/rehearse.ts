import { clusterFromSnapshots, type Lab } from '@certferry/lab';
import { getDomain } from 'tldts';
import type { ConnectionView } from '../api/contract.ts';
import type { EnvRecord } from '../config/env.ts';
import { addConnection, type ConnectionInput } from '../connections.ts';
import type { ApiClient } from './client.ts';
import { inLab, renewInLab } from './lab-app.ts';
import { labConnection } from './lab-connection.ts';
import { planLines } from './renew.ts';

/** Settings that decide what a renewal does, as opposed to where the nodes are and who may log in. */
const BEHAVIOUR = ['distribution', 'product', 'sso', 'intercluster', 'keyLength', 'ecKeyLength'];

interface RehearseOptions {
  readonly env: EnvRecord;
  readonly json: boolean;
  readonly out: NodeJS.WriteStream;
}

/**
 * Renews the certificate of a twin: simulated nodes with the names, certificates and trust stores of the real ones, a
 * simulated DNS and a test CA. The real appliance is read, and not touched. Returns the exit status.
 */
export async function rehearse(
  client: ApiClient,
  connectionId: string,
  { env, json, out }: RehearseOptions,
): Promise<number> {
  const connection = await client.connection(connectionId);
  const cluster = clusterFromSnapshots(await client.snapshots(connectionId));
  const nodes = [cluster.publisher, ...cluster.subscribers, ...cluster.imp].map(({ nodeName }) => nodeName);
  return await inLab({ cluster, zones: zonesOf([...connection.dnsNames, ...nodes]) }, env, async ({ lab, app }) => {
    const twin = await addConnection(app.store, twinConnection(connection, lab));
    await app.start();
    const plan = await app.blastRadius(twin.id, AbortSignal.timeout(PLAN_MS));
    if (!json)
      out.write(
        `Rehearsing "${connection.name}" on a twin with ${nodes.join(', ')}. The real nodes are not touched.\n`,
      );
    if (!json) out.write(`${planLines(plan).join('\n')}\n\n`);
    return await renewInLab(app, twin.id, json, out);
  });
}

const PLAN_MS = 30_000;

function twinConnection({ name, slot, dnsNames, appliance }: ConnectionView, lab: Lab): ConnectionInput {
  const input = labConnection(lab);
  const behaviour = Object.entries(appliance.settings).filter(([field]) => BEHAVIOUR.includes(field));
  const alone = appliance.settings.distribution === 'multi-server' ? {} : { distribution: 'this-server', nodes: [] };
  const settings = { ...input.appliance.settings, ...alone, ...Object.fromEntries(behaviour) };
  return { ...input, name: `Twin of ${name}`, slot, dnsNames, appliance: { plugin: 'vos', settings } };
}

/** The registered domain of each name, or all but its first label where there is none. */
function zonesOf(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => getDomain(name) ?? name.split('.').slice(1).join('.')))];
}
