import { useConnection, usePlugins } from '../api/queries.ts';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { ConnectionForm } from './connection-form.tsx';
import { draftOf, emptyDraft } from './draft.ts';

interface ConnectionFormPageProps {
  /** Null: a new connection. */
  readonly id: number | null;
}

// biome-ignore lint/style/noDefaultExport: React.lazy takes the default export
export default function ConnectionFormPage({ id }: ConnectionFormPageProps) {
  return id === null ? <Add /> : <Edit id={id} />;
}

function Add() {
  return (
    <Page title="Add connection" lead="One certificate on one appliance. You can save it at any time, and go on later.">
      <Loaded query={usePlugins()}>
        {(plugins) => <ConnectionForm plugins={plugins} initial={emptyDraft()} stored={null} />}
      </Loaded>
    </Page>
  );
}

function Edit({ id }: { readonly id: number }) {
  const plugins = usePlugins();
  return (
    <Loaded query={useConnection(id)}>
      {(connection) => (
        <Page title={`Edit ${connection.name}`} lead="Passwords and keys that you leave empty stay as they are stored.">
          <Loaded query={plugins}>
            {(declared) => (
              <ConnectionForm
                plugins={declared}
                initial={draftOf(connection)}
                stored={connection}
                key={connection.id}
              />
            )}
          </Loaded>
        </Page>
      )}
    </Loaded>
  );
}
