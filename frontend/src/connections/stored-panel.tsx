import { usePlugins } from '../api/queries.ts';
import type { ConnectionView, Family, PluginView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { PolicyWords } from './policy-words.tsx';

/** The connection as it is stored: secrets are named, never shown. */
export function StoredPanel({ connection }: { readonly connection: ConnectionView }) {
  const { appliance, issuer, dns, dnsRules, dnsNames, slot } = connection;
  return (
    <Panel title="What is stored">
      <dl className="facts">
        <dt>Names</dt>
        <dd className="mono">{dnsNames.join(', ')}</dd>
        <dt>Slot</dt>
        <dd>{slot}</dd>
        <Part family="appliance" title="Appliance" part={appliance} />
        <Part family="issuer" title="CA" part={issuer} />
        <Part family="dns" title="DNS" part={dns} />
        {dnsRules.map(({ suffix, use }) => (
          <Part key={suffix} family="dns" title={`DNS for ${suffix}`} part={use} />
        ))}
        <dt>Policy</dt>
        <dd>
          <PolicyWords policy={connection.policy} />
        </dd>
      </dl>
    </Panel>
  );
}

interface PartProps {
  readonly family: Family;
  readonly title: string;
  readonly part: PluginView;
}

function Part({ family, title, part }: PartProps) {
  const declared = usePlugins().data?.[family].find(({ id }) => id === part.plugin);
  const nameOf = (field: string) => declared?.settings.properties[field]?.title ?? field;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {declared?.title ?? part.plugin}
        <ul className="settings">
          {Object.entries(part.settings).map(([field, value]) => (
            <li key={field}>
              <span className="quiet">{nameOf(field)}</span> <span className="mono">{shown(value)}</span>
            </li>
          ))}
          {part.secretsSet.map((field) => (
            <li key={field}>
              <span className="quiet">{nameOf(field)}</span> stored, encrypted
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('-----BEGIN') ? 'PEM' : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
