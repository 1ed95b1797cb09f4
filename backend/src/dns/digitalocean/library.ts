import type { DigitalOcean } from 'digitalocean-js';
import { z } from 'zod';
import type { Account } from './account.ts';

type DomainRecords = DigitalOcean['domainRecords'];
type AxiosInstance = typeof import('digitalocean-js/src/lib/axios-instance.js')['instance'];
type Adapter = NonNullable<AxiosInstance['defaults']['adapter']>;

/** The library wants one, and keeps it where every other client finds it. The true token is added by the account. */
const NO_TOKEN = 'added-by-certferry';
/** What certferry lets the library do, in axios' spelling and ours. */
const METHODS = { post: 'POST', delete: 'DELETE' } as const;
const Method = z.enum(['post', 'delete']);

/**
 * Makes one call of digitalocean-js for one account. readme.md says what is wrong with the library and how this
 * contains it.
 *
 * `use` makes its call before it returns, and not more than one.
 */
export async function callLibrary<T>(
  account: Account,
  use: (records: DomainRecords) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const [{ DigitalOcean: Client }, { instance }] = await Promise.all([
    import('digitalocean-js'),
    import('digitalocean-js/src/lib/axios-instance.js'),
  ]);
  return lent(instance, adapterOf(account, signal), () => use(new Client(NO_TOKEN).domainRecords));
}

/**
 * The one axios instance that all clients share, with this adapter, for the time of a call that nothing can interrupt:
 * axios calls the adapter before the call returns its promise.
 */
function lent<T>(instance: AxiosInstance, adapter: Adapter, use: () => Promise<T>): Promise<T> {
  instance.defaults.adapter = adapter;
  try {
    return use();
  } finally {
    instance.defaults.adapter = refuse;
  }
}

/** Takes the place of axios' own way to the network. */
function adapterOf(account: Account, signal: AbortSignal): Adapter {
  return async (config) => {
    const method = METHODS[Method.parse(config.method)];
    const body = typeof config.data === 'string' ? config.data : null;
    const { status, headers, json } = await account.send(method, config.url ?? '', body, signal);
    return { data: json, status, statusText: '', headers: { ...headers }, config };
  };
}

async function refuse(): Promise<never> {
  throw new Error('A request of digitalocean-js came outside of a call.');
}
