import { Router } from 'express';
import type { App } from '../app.ts';
import { checkedRule, existingRule } from '../notifiers.ts';
import { ruleInWords } from '../notify/rules.ts';
import type { NotificationRule } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import * as contract from './contract/notify.ts';
import { id } from './contract.ts';
import { needs } from './guard.ts';

/** Which channel is told of what. */
export function notificationRulesRouter({ store }: App): Router {
  const router = Router();

  router.get('/', needs('viewer', 'installation'), async (_req, res) => {
    res.json(await ruleViews(store, await store.notify.rules.all()));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const input = contract.newRule.parse(req.body);
    const rule = await store.transaction(async (tx) => {
      const added = await tx.notify.rules.insert(await checkedRule(tx, input));
      await tx.audit.note(`notification rule ${added.id}`);
      return added;
    });
    const [view] = await ruleViews(store, [rule]);
    res.status(201).location(`/api/v1/notification-rules/${rule.id}`).json(view);
  });

  router.get('/:id', needs('viewer', 'installation'), async (req, res) => {
    const [view] = await ruleViews(store, [await existingRule(store, id.parse(req.params.id))]);
    res.json(view);
  });

  router.put('/:id', needs('admin'), async (req, res) => {
    const { version, ...input } = contract.changedRule.parse(req.body);
    const rule = await store.transaction(async (tx) => {
      const current = await existingRule(tx, id.parse(req.params.id));
      await tx.audit.note(`notification rule ${current.id}`);
      return await tx.notify.rules.update({ ...current, ...(await checkedRule(tx, input)), version });
    });
    const [view] = await ruleViews(store, [rule]);
    res.json(view);
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    const ruleId = id.parse(req.params.id);
    await store.transaction(async (tx) => {
      await tx.notify.rules.remove(ruleId);
      await tx.audit.note(`notification rule ${ruleId}`);
    });
    res.status(204).end();
  });

  return router;
}

async function ruleViews(store: Store, rules: readonly NotificationRule[]): Promise<readonly contract.RuleView[]> {
  const names = new Map((await store.connections.all()).map((connection) => [connection.id, connection.name]));
  const nameOf = (connectionId: number) => names.get(connectionId) ?? `connection ${connectionId}, which is gone`;
  return rules.map((rule) => ({ ...rule, words: ruleInWords(rule, nameOf) }));
}
