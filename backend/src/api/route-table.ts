import { AppError } from '../domain/errors.ts';
import type { Need } from './guard.ts';

/** A route as it is registered, with its whole path. */
export interface RouteEntry {
  readonly method: string;
  /** `/api/v1/connections/:id` */
  readonly path: string;
  /** Null when nobody said who may call it. */
  readonly need: Need | null;
}

/** What Express keeps of a router. Its types do not say it; a test walks it, so that a new version cannot change it unseen. */
interface Layer {
  readonly rawPath?: unknown;
  readonly handle?: { readonly stack?: readonly Layer[]; readonly need?: Need };
  readonly route?: {
    readonly path: string | readonly string[];
    readonly methods: Readonly<Record<string, boolean>>;
    readonly stack: readonly { readonly handle: { readonly need?: Need } }[];
  };
}

/** Every route below `router`, however deep it is mounted. */
export function routesOf(router: object, prefix = ''): readonly RouteEntry[] {
  const { stack = [] } = router as { readonly stack?: readonly Layer[] };
  return stack.flatMap((layer) => (layer.route ? entriesOf(layer.route, prefix) : below(layer, prefix)));
}

/** @throws AppError INTERNAL naming a route that does not say who may call it. */
export function refuseUndeclared(router: object, prefix: string): void {
  const open = routesOf(router, prefix).find(({ need }) => need === null);
  if (open) throw new AppError('INTERNAL', `${open.method} ${open.path} does not say who may call it: needs('…').`);
}

function entriesOf({ path, methods, stack }: NonNullable<Layer['route']>, prefix: string): readonly RouteEntry[] {
  const need = stack[0]?.handle.need ?? null;
  const paths = typeof path === 'string' ? [path] : path;
  return paths.flatMap((one) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: joined(prefix, one), need })),
  );
}

function below({ rawPath, handle }: Layer, prefix: string): readonly RouteEntry[] {
  if (!handle?.stack) return [];
  return routesOf(handle, joined(prefix, typeof rawPath === 'string' ? rawPath : '/'));
}

function joined(prefix: string, path: string): string {
  return `${prefix}${path}`.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
}
