import type { ReactNode } from 'react';

/** What is too wide for a phone is scrolled within itself, also with the keyboard. */
export function Scroll({ children }: { readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (WCAG 2.1.1)
    <div className="panel-scroll" tabIndex={0}>
      {children}
    </div>
  );
}
