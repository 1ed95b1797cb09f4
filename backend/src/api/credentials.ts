import { Router } from 'express';
import type { App } from '../app.ts';
import { appliancePlugin } from '../appliances/index.ts';
import { credentialsOf } from '../connections.ts';
import { dnsPlugin } from '../dns/index.ts';
import { AppError } from '../domain/errors.ts';
import { httpSolverPlugin } from '../http01/index.ts';
import { issuerPlugin } from '../issuers/index.ts';
import { notifierPlugin } from '../notify/index.ts';
import { secretFields, splitSecrets } from '../plugins/settings.ts';
import type { Store } from '../store/store.ts';
import * as contract from './contract.ts';
import { needs } from './guard.ts';

const FAMILIES = {
  appliance: appliancePlugin,
  issuer: issuerPlugin,
  dns: dnsPlugin,
  http: httpSolverPlugin,
  notifier: notifierPlugin,
};

/** Secrets under a name, to be used by many connections. They go in and never come out. */
export function credentialsRouter({ store }: App): Router {
  const router = Router();

  router.get('/', needs('viewer', 'installation'), async (_req, res) => {
    const names = (await store.vault.names()).filter((name) => contract.credentialName.safeParse(name).success);
    res.json(await Promise.all(names.map((name) => credentialView(store, name))));
  });

  router.put('/:name', needs('admin'), async (req, res) => {
    const name = contract.credentialName.parse(req.params.name);
    const { family, plugin: pluginId, fields } = contract.credentialInput.parse(req.body);
    const plugin = FAMILIES[family](pluginId);
    const { open, secrets } = splitSecrets(plugin.settings, fields);
    const [unknown] = Object.keys(open);
    if (unknown !== undefined) {
      const known = secretFields(plugin.settings).join(', ');
      throw new AppError(
        'INVALID_SETTINGS',
        `${unknown} is not a secret field of ${plugin.title}; these are: ${known}.`,
      );
    }
    await store.transaction(async (tx) => {
      await tx.vault.put(name, { plugin: plugin.id, fields: secrets });
      // What stood in the way of these connections, as a refused login, may be gone.
      const users = (await tx.connections.all()).filter((connection) => credentialsOf(connection).includes(name));
      await tx.events.append(users.map(({ id }) => ({ type: 'connection.changed', connectionId: id })));
      await tx.audit.note(`credential "${name}"`, { secrets: Object.keys(secrets) });
    });
    res.json(await credentialView(store, name));
  });

  router.delete('/:name', needs('admin'), async (req, res) => {
    const name = contract.credentialName.parse(req.params.name);
    await store.transaction(async (tx) => {
      const user = (await tx.connections.all()).find((connection) => credentialsOf(connection).includes(name));
      const account = (await tx.accounts.all()).find(({ ref }) => ref.credential === name);
      if (account) throw new AppError('CONFLICT', `The account "${account.name}" uses the credential "${name}".`);
      if (user) throw new AppError('CONFLICT', `The connection "${user.name}" uses the credential "${name}".`);
      const channel = (await tx.notify.notifiers.all()).find(({ use }) => use.credential === name);
      if (channel) throw new AppError('CONFLICT', `The channel "${channel.name}" uses the credential "${name}".`);
      await tx.vault.remove(name);
      await tx.audit.note(`credential "${name}"`);
    });
    res.status(204).end();
  });

  return router;
}

async function credentialView(store: Store, name: string) {
  const [entry, tag] = [await store.vault.get(name), await store.vault.sealOf(name)];
  return { name, tag, plugin: entry?.plugin, secretsSet: Object.keys(entry?.fields ?? {}) };
}
