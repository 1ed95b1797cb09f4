import { IconFlask } from '@tabler/icons-react';
import './practice.css';

/** Marks what a CA for practice signs, wherever it is named. */
export function Practice({ long = false }: { readonly long?: boolean }) {
  return (
    <span className="practice" title="For practice: nobody trusts its certificates">
      <IconFlask size={12} aria-hidden /> {long ? 'staging: nobody trusts its certificates' : 'staging'}
    </span>
  );
}
