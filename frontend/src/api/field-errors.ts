import { ApiError } from './api-error.ts';

/** What the daemon said of single fields, by their path: `openings.0.minutes`. */
export type FieldErrors = Readonly<Record<string, string>>;

export function fieldErrors(error: Error | null): FieldErrors {
  if (!(error instanceof ApiError) || error.problem.status >= 500) return {};
  const said = error.problem.detail.split(/; (?=[a-zA-Z]+[\w.]*: )/);
  return Object.fromEntries(
    said.flatMap((one) => {
      const [, path, message] = /^([a-zA-Z][\w.]*): (.+)$/s.exec(one) ?? [];
      return path !== undefined && message !== undefined ? [[path, message]] : [];
    }),
  );
}

/** The first that is said of `path` or of something below it. */
export function errorAt(errors: FieldErrors, path: string): string | undefined {
  return Object.entries(errors).find(([at]) => at === path || at.startsWith(`${path}.`))?.[1];
}
