import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock } from '../../plugins/clock.ts';
import { KyselyConnections } from '../kysely/connections.ts';
import { PLAIN_DIGESTER } from '../kysely/overview-rows.ts';
import { StoreScope } from '../kysely/scope.ts';
import type { Tables } from '../kysely/tables.ts';
import { initial } from './001-initial.ts';
import { accounts } from './007-accounts.ts';
import { http01 } from './012-http.ts';
import { secondCa } from './014-second-ca.ts';

test('keeps connections with settings of their own as they are, and complete', async () => {
  const database = new SqliteDatabase(':memory:');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  await initial.up(db);
  const ref = (plugin: string) => JSON.stringify({ plugin, settings: { a: 1 }, credential: null });
  const rules = JSON.stringify([{ suffix: 'example.net', use: JSON.parse(ref('manual')) }]);
  database
    .prepare('insert into connections values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 3)')
    .run('Old', ref('vos'), 'tomcat', '["a.example.com"]', ref('acme'), ref('rfc2136'), rules, '{}', '2026-01-01');

  await accounts.up(db);
  // What the store of today reads.
  await http01.up(db);
  await secondCa.up(db);

  const scope = new StoreScope(db);
  expect(await new KyselyConnections(scope, systemClock, PLAIN_DIGESTER).all()).toMatchObject([
    {
      name: 'Old',
      issuer: JSON.parse(ref('acme')),
      dns: JSON.parse(ref('rfc2136')),
      dnsRules: JSON.parse(rules),
      challenge: 'dns-01',
      http: { plugin: '', settings: {}, credential: null },
      incomplete: [],
      version: 3,
    },
  ]);
  await scope.close();
});
