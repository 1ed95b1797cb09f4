import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing is here: says why, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Stack gap={6} p="lg" align="center" ta="center">
      <Text fw={550}>{title}</Text>
      {children !== undefined && <div className="quiet">{children}</div>}
    </Stack>
  );
}
