import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { RenewalView, ServedEndpoint, ServedEndpointView, ServedView } from '../api/types.ts';
import { State } from '../words/state.tsx';
import { lastServed, servedLines } from './served.ts';

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
      {lines.map(({ where, word, tone, detail }) => (
        <span key={where} title={detail ?? undefined}>
          <span className="mono">{where}</span> <State look={{ word, tone }} />
        </span>
      ))}
    </section>
  );
}

function asServed({ endpoint, certificate, detail, at }: ServedEndpointView): ServedEndpoint {
  return { endpoint, sha256: certificate?.sha256 ?? null, notAfter: certificate?.notAfter ?? null, detail, at };
}
