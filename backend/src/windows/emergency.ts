import type { EmergencyPolicy } from '../domain/calendar.ts';

const DAY_MS = 86_400_000;

/**
 * From when on windows no longer hold things up for a certificate that ends at `notAfter` (ISO 8601); null when they always do,
 * or when nobody knows when it ends.
 */
export function emergencyFrom(notAfter: string | null, emergency: EmergencyPolicy | null): Date | null {
  if (notAfter === null || emergency === null) return null;
  return new Date(Date.parse(notAfter) - emergency.daysLeft * DAY_MS);
}
