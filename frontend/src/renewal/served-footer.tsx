import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { RenewalView, ServedEndpoint, ServedEndpointView, ServedView } from '../api/types.ts';
import { grouped } from '../ui/grouped.ts';
import { State } from '../words/state.tsx';
import { lastServed, type ServedLine, servedLines } from './served.ts';

/** Milliseconds between two looks while a renewal runs. */
const LOOK_AGAIN = 4_000;

/** What clients meet: now while it runs, and at its end when it is over. */
export function ServedFooter({ view }: { readonly view: RenewalView }) {
  const running = view.outcome === null;
  const now = useQuery({
    queryKey: keys.served(view.connectionId),
    queryFn: ({ signal }) => get<ServedView>(`/connections/${view.connectionId}/served`, signal),
    enabled: running,
    refetchInterval: running ? LOOK_AGAIN : false,
  });
  const seen = running && now.data ? now.data.endpoints.map(asServed) : lastServed(view);
  const lines = servedLines(view, seen);
  return (
    <section className="served-now" aria-label="What is served">
      <span className="quiet">{running ? 'Served now:' : 'Last seen:'}</span>
      {lines.length === 0 && <span className="quiet">not looked at yet</span>}
      {byHost(lines).map((group) => (
        <span key={group.where} title={group.detail ?? undefined}>
          <span className="mono">{group.where}</span> <State look={group} />
        </span>
      ))}
    </section>
  );
}

/** Ports of one host that serve alike stand together: `cucm-pub.example.com:443, :8443`. */
function byHost(lines: readonly ServedLine[]): readonly ServedLine[] {
  const groups = grouped(lines, ({ where, word, detail }) => `${hostOf(where)} ${word} ${detail}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const ports = others.map(({ where }) => where.slice(hostOf(where).length));
    return [{ ...first, where: [first.where, ...ports].join(', ') }];
  });
}

function hostOf(where: string): string {
  return where.slice(0, where.lastIndexOf(':'));
}

function asServed({ endpoint, certificate, detail, at }: ServedEndpointView): ServedEndpoint {
  return { endpoint, sha256: certificate?.sha256 ?? null, notAfter: certificate?.notAfter ?? null, detail, at };
}
