import { z } from 'zod';
import type { Explanation } from '../../reconcile/explain.ts';
import { type Page, paging } from './lists.ts';

/** Why a connection is, or is not, renewed now. */
export type ExplanationView = Explanation;

export const explanationsQuery = z.object(paging);

/** In the order of the ids of their connections. */
export type ExplanationList = Page<ExplanationView>;
