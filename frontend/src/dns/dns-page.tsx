import { Page } from '../ui/page.tsx';
import { CheckPanel } from './check-panel.tsx';
import { LeftoversPanel } from './leftovers-panel.tsx';

export function DnsPage() {
  return (
    <Page title="DNS" lead="What every server says of a challenge record, and what renewals left behind.">
      <CheckPanel />
      <LeftoversPanel />
    </Page>
  );
}
