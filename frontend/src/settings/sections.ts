import { type ComponentType, lazy } from 'react';
import { AboutSection } from '../about/about-section.tsx';
import { BackupsSection } from '../backups/backups-section.tsx';
import { CalendarsSection } from '../calendars/calendars-section.tsx';
import { NotificationsSection } from '../notifications/notifications-section.tsx';

export interface Section {
  /** Below `/settings/`. */
  readonly path: string;
  readonly label: string;
  readonly Content: ComponentType;
}

/** They share the form generator, which is large and seldom needed. */
const IssuersSection = lazy(() => import('../accounts/issuers-section.tsx'));
const DnsAccountsSection = lazy(() => import('../accounts/dns-accounts-section.tsx'));

/** The parts of the settings, in the order of their menu. */
export const SECTIONS: readonly Section[] = [
  { path: 'issuers', label: 'Certificate authorities', Content: IssuersSection },
  { path: 'dns-accounts', label: 'DNS accounts', Content: DnsAccountsSection },
  { path: 'calendars', label: 'Calendars', Content: CalendarsSection },
  { path: 'backups', label: 'Backups', Content: BackupsSection },
  {
    path: 'transfer',
    label: 'Import and export',
    Content: lazy(() => import('../transfer/transfer-section.tsx')),
  },
  { path: 'notifications', label: 'Notifications', Content: NotificationsSection },
  { path: 'users', label: 'Users', Content: lazy(() => import('../users/users-section.tsx')) },
  { path: 'tokens', label: 'API tokens', Content: lazy(() => import('../tokens/tokens-section.tsx')) },
  { path: 'audit', label: 'Audit', Content: lazy(() => import('../audit/audit-section.tsx')) },
  { path: 'about', label: 'About', Content: AboutSection },
];
