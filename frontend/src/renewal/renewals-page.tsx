import { useRenewals } from '../api/queries.ts';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { RenewalTable } from './renewal-table.tsx';

export function RenewalsPage() {
  return (
    <Page title="Renewals" lead="The last begun first.">
      <Panel title="Latest" flush>
        <Loaded query={useRenewals(null)}>{(renewals) => <RenewalTable renewals={renewals} />}</Loaded>
      </Panel>
    </Page>
  );
}
