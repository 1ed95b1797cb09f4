import { SegmentedControl, Text } from '@mantine/core';
import type { ConnectionView, Plugins } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { AccountPicker } from './account-picker.tsx';
import { DnsRules } from './dns-rules.tsx';
import type { Draft } from './draft.ts';
import { HttpFields } from './http-fields.tsx';

/** The part of a draft that says how its names are proved. */
export type Proof = Pick<Draft, 'challenge' | 'dns' | 'dnsRules' | 'http'>;

interface ProofSectionProps {
  readonly draft: Proof;
  readonly plugins: Plugins;
  readonly stored: ConnectionView | null;
  readonly error: Error | null;
  readonly change: (part: Partial<Proof>) => void;
  /** What to know where nothing is chosen. */
  readonly hint?: string;
}

const HINTS = {
  'dns-01': 'certferry publishes a TXT record for each name. Wildcards need it.',
  'http-01':
    'Port 80 of each name gives the CA a file. No DNS account is needed; wildcards cannot be proved like this.',
} as const;

/** How the names are proved, and then only what that needs. */
export function ProofSection({ draft, plugins, stored, error, change, hint }: ProofSectionProps) {
  const { challenge, dns, dnsRules, http } = draft;
  return (
    <Panel title="How names are proved">
      <div className="fields">
        <div>
          <SegmentedControl
            aria-label="How names are proved"
            data={[
              { value: 'dns-01', label: 'DNS record' },
              { value: 'http-01', label: 'HTTP file' },
            ]}
            value={challenge}
            onChange={(value) => change({ challenge: value === 'http-01' ? value : 'dns-01' })}
          />
          <Text size="xs" className="quiet" mt={4}>
            {HINTS[challenge]} {hint}
          </Text>
        </div>
        {challenge === 'http-01' ? (
          <HttpFields
            plugins={plugins.http}
            draft={http}
            stored={stored?.http ?? null}
            error={error}
            onChange={(next) => change({ http: next })}
          />
        ) : (
          <>
            <AccountPicker
              family="dns"
              label="DNS account"
              id="dns"
              plugins={plugins.dns}
              draft={dns}
              stored={stored?.dns ?? null}
              error={error}
              onChange={(next) => change({ dns: next })}
            />
            <DnsRules
              rules={dnsRules}
              plugins={plugins.dns}
              stored={stored}
              error={error}
              onChange={(next) => change({ dnsRules: next })}
            />
          </>
        )}
      </div>
    </Panel>
  );
}
