import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Router } from 'wouter';

/** What the daemon is taken to have answered, by query key. */
export type Answers = readonly (readonly [key: readonly unknown[], answer: unknown])[];

/** The text that somebody reads, without a browser: one space where elements meet. Nobody is asked for anything. */
export function textOf(node: ReactNode, answers: Answers = []): string {
  const html = htmlOf(node, answers).replaceAll(/<style[^>]*>.*?<\/style>/gs, '');
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

export function htmlOf(node: ReactNode, answers: Answers = []): string {
  const queries = new QueryClient();
  for (const [key, answer] of answers) queries.setQueryData(key, answer);
  return renderToStaticMarkup(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <Router ssrPath="/">{node}</Router>
      </QueryClientProvider>
    </MantineProvider>,
  );
}
