import { Button, Group, TextInput } from '@mantine/core';
import type { ConnectionView, PluginDeclaration } from '../api/types.ts';
import { AccountPicker } from './account-picker.tsx';
import { part, type RuleDraft } from './draft.ts';
import { ownFieldErrors, ruleError } from './field-errors.ts';

interface DnsRulesProps {
  readonly rules: readonly RuleDraft[];
  readonly plugins: readonly PluginDeclaration[];
  readonly stored: ConnectionView | null;
  readonly error: Error | null;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

/** Records at some domains go to another DNS service. */
export function DnsRules({ rules, plugins, stored, error, onChange }: DnsRulesProps) {
  const replace = (key: string, change: Partial<RuleDraft>) =>
    onChange(rules.map((rule) => (rule.key === key ? { ...rule, ...change } : rule)));
  const errors = ownFieldErrors(error);
  return (
    <details open={rules.length > 0}>
      <summary>Other DNS accounts for some domains</summary>
      <div className="fields">
        {rules.map(({ key, suffix, use }, index) => {
          const props = {
            family: 'dns' as const,
            label: 'DNS account for this domain',
            id: `rule-${key}`,
            plugins,
            draft: use,
            stored: stored?.dnsRules.find((rule) => rule.suffix === suffix)?.use ?? null,
            error,
            onChange: (next: RuleDraft['use']) => replace(key, { use: next }),
          };
          return (
            <fieldset key={key} className="rule">
              <legend className="visually-hidden">Rule for {suffix || 'a domain'}</legend>
              <TextInput
                label="Domain"
                description="Records at this domain and below it."
                placeholder="acme.example.net"
                required
                value={suffix}
                error={ruleError(errors, index, suffix)}
                onChange={(event) => replace(key, { suffix: event.currentTarget.value })}
              />
              <AccountPicker {...props} />
              <Group>
                <Button variant="default" onClick={() => onChange(rules.filter((rule) => rule.key !== key))}>
                  Remove this rule
                </Button>
              </Group>
            </fieldset>
          );
        })}
        <Group>
          <Button
            variant="default"
            onClick={() => onChange([...rules, { key: crypto.randomUUID(), suffix: '', use: part('') }])}
          >
            Add a rule
          </Button>
        </Group>
      </div>
    </details>
  );
}
