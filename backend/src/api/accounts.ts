import { Router } from 'express';
import { addAccount, changeAccount, described, findAccount, removeAccount } from '../accounts.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { Account, AccountFamily, AccountUser } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';
import type { AccountTest } from '../trials.ts';
import * as contract from './contract/accounts.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';
import { pluginView, worst } from './parts.ts';

/** Users that an account is shown with; of all there is the count. */
const SHOWN_USERS = 20;

/** Shared issuers or DNS accounts. `:account` is an id or a name. */
export function accountsRouter({ store, trials }: App, family: AccountFamily, path: string): Router {
  const router = Router();
  const find = (idOrName: string) => findAccount(store, family, idOrName);

  router.get('/', needs('viewer', 'installation'), async (_req, res) => {
    const accounts = (await store.accounts.all()).filter((account) => account.family === family);
    const users = await store.accounts.users();
    res.json(await Promise.all(accounts.map((account) => accountView(store, account, users))));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const account = await addAccount(store, family, contract.newAccount.parse(req.body));
    res
      .status(201)
      .location(`/api/v1${path}/${account.id}`)
      .json(await accountView(store, account, []));
  });

  router.post('/test', needs('admin'), async (req, res) => {
    const { account, ...input } = contract.accountTestRequest.parse(req.body);
    const current = account === undefined ? null : (await find(String(account))).ref;
    const gone = whenGone(res);
    res.json(testView(await trials.account(family, input, current, gone)));
  });

  router.post('/:account/test', needs('operator', 'installation'), async (req, res) => {
    const { ref } = await find(req.params.account);
    const gone = whenGone(res);
    res.json(testView(await trials.storedAccount(family, ref, gone)));
  });

  router.get('/:account', needs('viewer', 'installation'), async (req, res) => {
    res.json(await accountView(store, await find(req.params.account), await store.accounts.users()));
  });

  router.put('/:account', needs('admin'), async (req, res) => {
    const idOrName = req.params.account;
    const { version, name, ...input } = contract.changedAccount.parse(req.body);
    if (version === undefined) {
      const created = await createdByName(store, family, { idOrName, name, input });
      res.status(201).json(await accountView(store, created, []));
      return;
    }
    const current = await find(idOrName);
    const changed = await changeAccount(store, { id: current.id, version }, { ...input, name: name ?? current.name });
    res.json(await accountView(store, changed, await store.accounts.users()));
  });

  router.delete('/:account', needs('admin'), async (req, res) => {
    await removeAccount(store, family, req.params.account);
    res.status(204).end();
  });

  return router;
}

interface ByName {
  readonly idOrName: string;
  readonly name: string | undefined;
  readonly input: Omit<Parameters<typeof addAccount>[2], 'name'>;
}

/** A script that says what it wants under a name; what is there already is not overwritten without a version. */
async function createdByName(
  store: Store,
  family: AccountFamily,
  { idOrName, name = idOrName, input }: ByName,
): Promise<Account> {
  if (/^\d+$/.test(idOrName)) throw new AppError('BAD_REQUEST', 'version: say which version you have read.');
  return addAccount(store, family, { ...input, name: contract.newAccount.shape.name.parse(name) });
}

async function accountView(
  store: Store,
  { id, version, name, family, ref }: Account,
  users: readonly AccountUser[],
): Promise<contract.AccountView> {
  const own = users.filter(({ accountId }) => accountId === id);
  const some = own
    .slice(0, SHOWN_USERS)
    .map(({ connectionId, connectionName }) => ({ id: connectionId, name: connectionName }));
  return {
    id,
    version,
    name,
    ...(await pluginView(store, ref)),
    ...described(family, ref),
    usedBy: { count: own.length, some },
  };
}

function testView({ findings, zones }: AccountTest): contract.AccountTestView {
  return { outcome: worst(findings), findings, zones };
}
