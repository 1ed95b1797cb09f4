import type { Kysely, Selectable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { Vault, VaultEntry } from '../store.ts';
import type { Scope } from './scope.ts';
import type { Sealer } from './seal.ts';
import { fromJson, type Tables, toJson, type VaultTable } from './tables.ts';

export class KyselyVault implements Vault {
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #sealer: Sealer;

  constructor(scope: Scope, clock: Clock, sealer: Sealer) {
    this.#scope = scope;
    this.#clock = clock;
    this.#sealer = sealer;
  }

  async put(name: string, { plugin, fields }: VaultEntry): Promise<void> {
    const { keyId } = this.#sealer;
    const label = { name, plugin, fields: toJson(Object.keys(fields).sort()), key_id: keyId };
    const revealed = Object.fromEntries(Object.entries(fields).map(([field, secret]) => [field, secret.reveal()]));
    const columns = {
      ...label,
      ...this.#sealer.seal(toJson(revealed), contextOf(label)),
      changed_at: this.#clock.now().toISOString(),
    };
    await this.#scope.atomically(async (db) => {
      await bindKey(db, keyId);
      await db
        .insertInto('vault')
        .values(columns)
        .onConflict((row) => row.column('name').doUpdateSet(columns))
        .execute();
    });
  }

  async get(name: string): Promise<VaultEntry | undefined> {
    const row = await this.#scope.db.selectFrom('vault').selectAll().where('name', '=', name).executeTakeFirst();
    if (!row) return undefined;
    const text = this.#sealer.open(row, contextOf(row));
    if (text === null) {
      throw new AppError('VAULT_DAMAGED', `The stored secrets of "${name}" were changed outside certferry.`);
    }
    const revealed = Object.entries(fromJson<Record<string, string>>(text));
    return {
      plugin: row.plugin,
      fields: Object.fromEntries(revealed.map(([field, value]) => [field, new Secret(value)])),
    };
  }

  async sealOf(name: string): Promise<string | undefined> {
    const query = this.#scope.db.selectFrom('vault').select('nonce').where('name', '=', name);
    const row = await query.executeTakeFirst();
    return row && Buffer.from(row.nonce).toString('base64url');
  }

  async remove(name: string): Promise<void> {
    await this.#scope.db.deleteFrom('vault').where('name', '=', name).execute();
  }

  async names(): Promise<readonly string[]> {
    const rows = await this.#scope.db.selectFrom('vault').select('name').orderBy('name').execute();
    return rows.map(({ name }) => name);
  }
}

/** Ties the database to the master key of its first secret. */
async function bindKey(db: Kysely<Tables>, keyId: string): Promise<void> {
  await db
    .insertInto('vault_key')
    .values({ id: 1, key_id: keyId })
    .onConflict((row) => row.column('id').doNothing())
    .execute();
}

/** All that can be read of an entry without the key: a row that is moved or relabelled does not open. */
export function contextOf(label: Pick<Selectable<VaultTable>, 'key_id' | 'name' | 'plugin' | 'fields'>): string {
  return toJson([label.key_id, label.name, label.plugin, label.fields]);
}
