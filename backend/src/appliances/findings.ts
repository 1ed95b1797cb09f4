import { AppError, ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';

/** The small parts that the findings of a check are made of. */

export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError };
export type Topic = Pick<Finding, 'id' | 'title' | 'reference'>;

/** A failure is a finding, an abort is not. */
export async function attempt<T>(work: () => Promise<T>, signal: AbortSignal): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, error: AppError.from(error) };
  }
}

export function ok(topic: Topic, answer: string): Finding {
  return { ...topic, outcome: 'ok', answer };
}

export function skipped(topic: Topic, answer: string): Finding {
  return { ...topic, outcome: 'skipped', answer };
}

export function warned(topic: Topic, answer: string, todo: string): Finding {
  return { ...topic, outcome: 'warn', answer, todo };
}

export function refused(topic: Topic, answer: string, todo: string): Finding {
  return { ...topic, outcome: 'block', answer, todo };
}

export function blocked(topic: Topic, error: AppError, todo: string = ERRORS[error.code].action): Finding {
  return refused(topic, error.message, todo);
}
