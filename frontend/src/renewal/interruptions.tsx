import { useBlastRadius } from '../api/queries.ts';
import type { BlastRadius } from '../api/types.ts';

/** Which services of which nodes are away, in order and for how long, and what no restart does. */
export function Interruptions({ connectionId }: { readonly connectionId: number }) {
  const { data: plan, error } = useBlastRadius(connectionId);
  if (error) return <span>The appliance cannot be asked now: {error.message}</span>;
  if (!plan) return <span className="quiet">asking the appliance …</span>;
  if (plan.interruptions.length === 0) return <span>Nothing.</span>;
  return (
    <>
      {byNode(plan).map(({ node, services, seconds, measured }) => (
        <div key={node}>
          <span className="mono">{node}</span> {services.join(', ')}, {roughly(seconds)}
          {measured && ', as seen here before'}
        </div>
      ))}
      <div className="quiet">What is missed meanwhile, as documented:</div>
      {impactsOf(plan).map(({ service, impact }) => (
        <div key={service} className="quiet">
          {service}: {impact}
        </div>
      ))}
      <div>
        {roughly(plan.expectedSeconds)} in all, one after the other
        {plan.permission === 'typed' && '. Phones reset: it waits until you type the name of the node'}.
      </div>
      {plan.advice.map(({ text, reference }) => (
        <div key={text}>
          {text}{' '}
          <a href={reference} target="_blank" rel="noreferrer">
            Source
          </a>
        </div>
      ))}
    </>
  );
}

interface NodeInterruption {
  readonly node: string;
  readonly services: readonly string[];
  readonly seconds: number;
  /** By what earlier renewals took, and not by what is documented. */
  readonly measured: boolean;
}

function byNode({ interruptions }: BlastRadius): readonly NodeInterruption[] {
  const nodes = [...new Set(interruptions.map(({ node }) => node))];
  return nodes.map((node) => {
    const own = interruptions.filter((one) => one.node === node);
    return {
      node,
      services: own.map(({ service }) => service),
      seconds: own.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0),
      measured: own.every(({ basis }) => basis === 'history'),
    };
  });
}

/** Each service once: it means the same on every node. */
function impactsOf({ interruptions }: BlastRadius): BlastRadius['interruptions'] {
  return interruptions.filter(
    ({ service }, index) => index === interruptions.findIndex((one) => one.service === service),
  );
}

/** `about 5 min` */
function roughly(seconds: number): string {
  return seconds < 90 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
