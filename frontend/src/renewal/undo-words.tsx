import { usePlugins } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';

/** What becomes of the old certificate when the new one is not seen served: docs/adr/0035. */
export function UndoWords({ connection }: { readonly connection: ConnectionView }) {
  const plugin = usePlugins().data?.appliance.find(({ id }) => id === connection.appliance.plugin);
  if (!plugin) return <span className="quiet">looking …</span>;
  if (plugin.takesKey.length === 0) return KEY_THERE;
  if (plugin.restartsNothing) return `${PUT_BACK}.`;
  return plugin.reloads ? `${PUT_BACK}. The reload command is run again for it.` : NEEDS_RESTART;
}

const PUT_BACK = 'The old certificate is put back and looked for, when it came from here too';
const NEEDS_RESTART =
  'The old certificate is not put back, as this host serves a certificate only after a restart, and another one would be another outage. An endpoint that was not restarted goes on serving it.';
const KEY_THERE =
  'The old certificate cannot be put back, as its key never leaves the appliance. Until its service is restarted, an endpoint goes on serving it.';
