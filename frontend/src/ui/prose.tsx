/** A sentence of the daemon: what it puts between backticks is shown as it has to be typed. */
export function Prose({ children }: { readonly children: string }) {
  return (
    <>
      {children.split('`').map((part, index) => {
        // The parts alternate, and a sentence does not change while it is shown.
        const key = `${index} ${part}`;
        return index % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
      })}
    </>
  );
}
