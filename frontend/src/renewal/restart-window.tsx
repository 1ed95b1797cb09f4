import { useBlastRadius } from '../api/queries.ts';

/** When the restart would happen; nothing where it waits for no window. */
export function RestartWindow({ connectionId }: { readonly connectionId: number }) {
  const window = useBlastRadius(connectionId).data?.window;
  if (!window) return null;
  const words = `${window.words.charAt(0).toUpperCase()}${window.words.slice(1)}.`;
  return (
    <>
      <dt>Restart window</dt>
      <dd>
        {words} {!window.open && 'Until then the restart is pending; you can start it earlier.'}
      </dd>
    </>
  );
}
