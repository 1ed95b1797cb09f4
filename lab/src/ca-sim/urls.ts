import { randomBytes } from 'node:crypto';

/** The resources of RFC 8555 section 7.1 and RFC 9773, as they are counted in `CaSim.requests()`. */
export const RESOURCES = [
  'directory',
  'newNonce',
  'newAccount',
  'newOrder',
  'revokeCert',
  'keyChange',
  'renewalInfo',
  'account',
  'orders',
  'order',
  'finalize',
  'authz',
  'challenge',
  'cert',
] as const;
export type Resource = (typeof RESOURCES)[number];

/** Where each resource lives. The paths are different at every start, so that no client can know them by heart. */
export class Urls {
  readonly #paths: ReadonlyMap<Resource, string>;
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
    this.#paths = new Map(RESOURCES.map((resource) => [resource, `/${randomId()}`]));
  }

  path(resource: Resource): string {
    return this.#paths.get(resource) ?? '';
  }

  of(resource: Resource, ...ids: readonly string[]): string {
    return this.#origin + [this.path(resource), ...ids].join('/');
  }

  /** The id in the URL of an account, or null when it is not one. */
  accountId(url: string): string | null {
    const prefix = `${this.of('account')}/`;
    return url.startsWith(prefix) ? url.slice(prefix.length) : null;
  }

  absolute(path: string): string {
    return this.#origin + path;
  }
}

export function randomId(): string {
  return randomBytes(8).toString('hex');
}
