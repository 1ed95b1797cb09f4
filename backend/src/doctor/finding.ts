import { AppError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';

type About = Pick<Finding, 'id' | 'title'>;

export function ok(about: About, answer: string): Finding {
  return { ...about, outcome: 'ok', answer };
}

export function warn(about: About, answer: string, todo: string): Finding {
  return { ...about, outcome: 'warn', answer, todo };
}

export function block(about: About, answer: string, todo: string): Finding {
  return { ...about, outcome: 'block', answer, todo };
}

export function skipped(about: About, answer: string): Finding {
  return { ...about, outcome: 'skipped', answer };
}

export function wordsOf(err: unknown): string {
  if (err instanceof AppError) return err.message;
  if (err instanceof Error && 'code' in err) return `${err.message} (${String(err.code)})`;
  return err instanceof Error ? err.message : String(err);
}
