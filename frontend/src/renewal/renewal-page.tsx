import { Link } from 'wouter';
import { useRenewal } from '../api/queries.ts';
import { Page } from '../ui/page.tsx';
import { Practice } from '../ui/practice.tsx';
import { exact } from '../ui/time.ts';
import { RenewalView } from './renewal-view.tsx';

/** The address of one renewal, to be sent to somebody. */
export function RenewalPage({ id }: { readonly id: string }) {
  const view = useRenewal(id).data;
  return (
    <Page
      title={view ? `Renewal of ${view.connectionName}` : 'Renewal'}
      lead={
        view && (
          <>
            {view.practice && <Practice long />} Begun {exact(view.startedAt)}
            {!view.connectionRemoved && (
              <>
                {' · '}
                <Link href={`/connections/${view.connectionId}`}>to the connection</Link>
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
