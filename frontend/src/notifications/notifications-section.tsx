import { Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';

/** The form generator is large and seldom needed. */
const Notifications = lazy(() => import('./notifications.tsx'));

export function NotificationsSection() {
  return (
    <Suspense fallback={<Loader size="sm" aria-label="Loading" />}>
      <Notifications />
    </Suspense>
  );
}
