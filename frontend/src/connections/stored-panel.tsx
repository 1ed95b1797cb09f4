import { Link } from 'wouter';
import { usePlugins } from '../api/queries.ts';
import type { ConnectionView, Family, FieldSchema, PartView, PluginView } from '../api/types.ts';
import { UndoWords } from '../renewal/undo-words.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { PolicyWords } from './policy-words.tsx';
import './stored-panel.css';

/** The connection as it is stored: secrets are named, never shown. */
export function StoredPanel({ connection }: { readonly connection: ConnectionView }) {
  const { appliance, issuer, secondIssuer, secondChain, dns, dnsRules, dnsNames, slot, challenge, http } = connection;
  const product = usePlugins().data?.appliance.find(({ id }) => id === appliance.plugin);
  return (
    <Panel title="What is stored">
      <dl className="facts">
        <dt>Names</dt>
        <dd className="mono">{dnsNames.length === 0 ? <NotYet /> : dnsNames.join(', ')}</dd>
        {!connection.kept && (
          <>
            <dt>Slot</dt>
            <dd>{slot === '' ? <NotYet /> : slot}</dd>
          </>
        )}
        <Part family="appliance" title="Appliance" part={appliance} />
        <Part family="issuer" title="CA" part={issuer} />
        {secondIssuer && (
          <>
            <Part family="issuer" title="Second CA" part={secondIssuer} />
            <dt>Its CA certificates</dt>
            <dd>{secondChain === null ? 'those that it was seen to sign with' : shown(secondChain)}</dd>
          </>
        )}
        {challenge === 'http-01' ? (
          <Part family="http" title="HTTP files" part={http} />
        ) : (
          <Part family="dns" title="DNS" part={dns} />
        )}
        {dnsRules.map(({ suffix, use }) => (
          <Part key={suffix} family="dns" title={`DNS for ${suffix}`} part={use} />
        ))}
        <dt>Policy</dt>
        <dd>
          <PolicyWords connection={connection} restarts={product !== undefined && !product.restartsNothing} />
        </dd>
        {!connection.kept && appliance.plugin !== '' && (
          <>
            <dt>If a new one is not seen served</dt>
            <dd>
              <UndoWords connection={connection} />
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

interface PartProps {
  readonly family: Family;
  readonly title: string;
  readonly part: PluginView | PartView;
}

function Part({ family, title, part }: PartProps) {
  const declared = usePlugins().data?.[family].find(({ id }) => id === part.plugin);
  const shared = 'account' in part ? part.account : null;
  const nameOf = (field: string) => declared?.settings.properties[field]?.title ?? field;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {shared ? (
          <Link href={`/settings/${family === 'issuer' ? 'issuers' : 'dns-accounts'}?edit=${shared.id}`}>
            {shared.name}
          </Link>
        ) : (
          (declared?.title ?? <NotYet />)
        )}
        {'practice' in part && (shared || part.practice) && (
          <>
            {' '}
            <span className="quiet">{part.title}</span> {part.practice && <Practice long />}
          </>
        )}
        <ul className="stored-settings">
          {Object.entries(part.settings).map(([field, value]) => (
            <li key={field}>
              <span className="quiet">{nameOf(field)}</span>{' '}
              <Value
                value={declared?.settings.properties[field]?.choices?.[String(value)] ?? value}
                fields={declared?.settings.properties[field]?.items?.properties ?? {}}
              />
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

interface ValueProps {
  readonly value: unknown;
  /** Of each entry, where the value is a list of them. */
  readonly fields: Readonly<Record<string, FieldSchema>>;
}

function Value({ value, fields }: ValueProps) {
  const entries = Array.isArray(value) ? value.filter(isEntry) : [];
  if (entries.length === 0) return <span className="mono">{shown(value)}</span>;
  return (
    <ul>
      {entries.map((entry) => (
        <li key={JSON.stringify(entry)}>
          {Object.entries(entry).map(([field, one]) => (
            <span key={field} className="stored-part">
              <span className="quiet">{fields[field]?.title ?? field}</span> <span className="mono">{shown(one)}</span>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function isEntry(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function NotYet() {
  return <span className="quiet">nothing chosen yet</span>;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('-----BEGIN') ? 'certificates (PEM)' : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return String(value);
}
