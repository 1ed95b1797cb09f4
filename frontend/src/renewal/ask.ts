import { grouped } from '../ui/grouped.ts';

/** What a hold asks, taken apart for the eye. */
export interface Ask {
  readonly sentence: string;
  readonly nodes: readonly AskedNode[];
}

export interface AskedNode {
  readonly node: string;
  readonly services: readonly { readonly service: string; readonly impact: string }[];
}

/** A restart is a line of its own: `cucm-pub.example.com/Cisco Tomcat: about 5 minutes without web access`. */
const RESTART = /^([\w.:-]+)\/([^:]+): (.+)$/;

export function splitAsk(ask: string): Ask {
  const lines = ask.split('\n');
  const restarts = lines.flatMap((line) => {
    const [, node = '', service = '', impact = ''] = RESTART.exec(line) ?? [];
    return node ? [{ node, service, impact }] : [];
  });
  return {
    sentence: lines.filter((line) => !RESTART.test(line)).join('\n'),
    nodes: [...grouped(restarts, ({ node }) => node)].map(([node, services]) => ({ node, services })),
  };
}
