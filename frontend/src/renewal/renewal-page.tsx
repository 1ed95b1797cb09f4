import { Link } from 'wouter';
import { useConnections, useRenewal } from '../api/queries.ts';
import { Page } from '../ui/page.tsx';
import { exact } from '../ui/time.ts';
import { RenewalView } from './renewal-view.tsx';

/** The address of one renewal, to be sent to somebody. */
export function RenewalPage({ id }: { readonly id: string }) {
  const view = useRenewal(id).data;
  const connection = useConnections().data?.find((one) => one.id === view?.connectionId);
  return (
    <Page
      title={connection ? `Renewal of ${connection.name}` : 'Renewal'}
      lead={
        view && (
          <>
            Begun {exact(view.startedAt)}
            {connection && (
              <>
                {' · '}
                <Link href={`/connections/${connection.id}`}>to the connection</Link>
              </>
            )}
          </>
        )
      }
    >
      <div className="panel">
        <RenewalView key={id} id={id} />
      </div>
    </Page>
  );
}
