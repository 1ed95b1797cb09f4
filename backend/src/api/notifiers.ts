import { Router } from 'express';
import type { App } from '../app.ts';
import {
  addNotifier,
  changeNotifier,
  DEFAULT_RULE,
  existingNotifier,
  removeNotifier,
  unsavedOf,
  type Validate,
} from '../notifiers.ts';
import type { NotifierRow } from '../store/notify.ts';
import { readSettings } from '../store/plugin-refs.ts';
import type { Store } from '../store/store.ts';
import * as contract from './contract/notify.ts';
import { id } from './contract.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';

/** The channels over which people are told. */
export function notifiersRouter({ store, notices }: App): Router {
  const router = Router();
  const validate: Validate = (plugin, settings) => notices.validate(plugin, settings);

  router.get('/', needs('viewer', 'installation'), async (_req, res) => {
    const rows = await store.notify.notifiers.all();
    res.json(await Promise.all(rows.map((row) => notifierView(store, row))));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const { rule, ...input } = contract.newNotifier.parse(req.body);
    const row = await addNotifier(store, input, rule === undefined ? DEFAULT_RULE : rule, validate);
    res
      .status(201)
      .location(`/api/v1/notifiers/${row.id}`)
      .json(await notifierView(store, row));
  });

  router.post('/test', needs('admin'), async (req, res) => {
    const { send, notifierId, ...input } = contract.unsavedTest.parse(req.body);
    const gone = whenGone(res);
    const settings = await unsavedOf(store, input, notifierId);
    res.json((await notices.test(input, settings, send, gone)) satisfies contract.NotifierTestView);
  });

  router.get('/:id', needs('viewer', 'installation'), async (req, res) => {
    res.json(await notifierView(store, await existingNotifier(store, id.parse(req.params.id))));
  });

  router.put('/:id', needs('admin'), async (req, res) => {
    const { version, ...input } = contract.changedNotifier.parse(req.body);
    const row = await changeNotifier(store, id.parse(req.params.id), version, input, validate);
    await notices.hurry(row.id);
    res.json(await notifierView(store, row));
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    await removeNotifier(store, id.parse(req.params.id));
    res.status(204).end();
  });

  router.post('/:id/test', needs('operator', 'installation'), async (req, res) => {
    const { send } = contract.testRequest.parse(req.body);
    const gone = whenGone(res);
    const { use } = await existingNotifier(store, id.parse(req.params.id));
    const settings = await readSettings(use, store.vault);
    res.json((await notices.test(use, settings, send, gone)) satisfies contract.NotifierTestView);
  });

  return router;
}

async function notifierView(store: Store, row: NotifierRow): Promise<contract.NotifierView> {
  const { id: notifierId, version, name, enabled, createdAt, use } = row;
  const entry = use.credential === null ? undefined : await store.vault.get(use.credential);
  const [lastNotice = null] = await store.notify.notices.list({ notifierId, limit: 1 });
  return {
    id: notifierId,
    version,
    name,
    enabled,
    createdAt,
    ...use,
    secretsSet: Object.keys(entry?.fields ?? {}),
    lastNotice,
  };
}
