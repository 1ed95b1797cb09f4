import { AccountSection } from './account-section.tsx';

// biome-ignore lint/style/noDefaultExport: React.lazy takes the default export
export default function IssuersSection() {
  return <AccountSection family="issuer" />;
}
