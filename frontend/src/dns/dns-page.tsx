import { Page } from '../ui/page.tsx';
import { CheckPanel } from './check-panel.tsx';
import { LeftoversPanel } from './leftovers-panel.tsx';
import { ZonesPanel } from './zones-panel.tsx';

export function DnsPage() {
  return (
    <Page
      title="DNS"
      lead="What every server says of a challenge record, where names can be proved, and what renewals left behind."
    >
      <CheckPanel />
      <ZonesPanel />
      <LeftoversPanel />
    </Page>
  );
}
