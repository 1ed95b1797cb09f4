import type { ComponentType } from 'react';
import { AboutSection } from '../about/about-section.tsx';
import { BackupsSection } from '../backups/backups-section.tsx';
import { CalendarsSection } from '../calendars/calendars-section.tsx';

export interface Section {
  /** Below `/settings/`. */
  readonly path: string;
  readonly label: string;
  readonly Content: ComponentType;
}

/** The parts of the settings, in the order of their menu. */
export const SECTIONS: readonly Section[] = [
  { path: 'calendars', label: 'Calendars', Content: CalendarsSection },
  { path: 'backups', label: 'Backups', Content: BackupsSection },
  { path: 'about', label: 'About', Content: AboutSection },
];
