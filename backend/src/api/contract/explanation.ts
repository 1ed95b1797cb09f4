import type { Explanation } from '../../reconcile/explain.ts';

/** Why a connection is, or is not, renewed now. */
export type ExplanationView = Explanation;
