import { usePlugins } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';

/** What becomes of the old certificate when the new one is not seen served: docs/adr/0035. */
export function UndoWords({ connection }: { readonly connection: ConnectionView }) {
  const plugin = usePlugins().data?.appliance.find(({ id }) => id === connection.appliance.plugin);
  if (!plugin) return <span className="quiet">looking …</span>;
  if (plugin.takesKey.length === 0) return KEY_THERE;
  return plugin.restartsNothing
    ? `${PUT_BACK}.`
    : `${PUT_BACK} and no restart is needed for it; a reload command is run again.`;
}

const PUT_BACK = 'The old certificate is put back and looked for, when it came from here too';
const KEY_THERE =
  'The old certificate cannot be put back, as its key never leaves the appliance. Until its service is restarted, an endpoint goes on serving it. No certificate is kept ready to take its place: it would fit the key of one CSR, and each CSR makes another key.';
