import { z } from 'zod';
import type { Plan } from '../../plan/plan.ts';

export const planQuery = z.object({ scenario: z.string().default('announced') });

export interface PlanView extends Plan {
  readonly scenarios: readonly { readonly id: string; readonly title: string }[];
}
