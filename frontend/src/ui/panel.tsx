import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Scroll } from './scroll.tsx';

interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** The content brings its own padding (tables, lists). */
  readonly flush?: boolean;
}

export function Panel({ title, aside, children, flush = false }: PanelProps) {
  return (
    <section className="panel" aria-label={title}>
      <header>
        <Title order={2}>{title}</Title>
        {aside}
      </header>
      {flush ? <Scroll>{children}</Scroll> : <div className="body">{children}</div>}
    </section>
  );
}
