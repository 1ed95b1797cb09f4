import { Router } from 'express';
import { existingUser } from '../access/users.ts';
import type { App } from '../app.ts';
import type { User } from '../store/access.ts';
import * as contract from './contract/access.ts';
import { id } from './contract.ts';
import { authorityOf, needs } from './guard.ts';
import { tagOfUser } from './tags.ts';

export function usersRouter({ access, store }: App): Router {
  const router = Router();
  const { users } = access;

  router.get('/', needs('admin'), async (_req, res) => {
    res.json((await store.access.users.all()).map(userView));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const input = contract.newUser.parse(req.body);
    const user = await users.create({ ...input, temporary: true }, authorityOf(res).actor);
    res.status(201).location(`/api/v1/users/${user.id}`).json(userView(user));
  });

  router.get('/:id', needs('admin'), async (req, res) => {
    res.json(userView(await existingUser(store, id.parse(req.params.id))));
  });

  router.patch('/:id', needs('admin'), async (req, res) => {
    const change = contract.changedUser.parse(req.body);
    res.json(userView(await users.change(id.parse(req.params.id), change, authorityOf(res).actor)));
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    await users.remove(id.parse(req.params.id), authorityOf(res).actor);
    res.status(204).end();
  });

  router.put('/:id/password', needs('admin'), async (req, res) => {
    const { password } = contract.passwordRequest.parse(req.body);
    res.json(userView(await users.resetPassword(id.parse(req.params.id), password, authorityOf(res).actor)));
  });

  router.delete('/:id/totp', needs('admin'), async (req, res) => {
    res.json(userView(await users.resetSecondFactor(id.parse(req.params.id), authorityOf(res).actor)));
  });

  return router;
}

function userView(user: User): contract.UserView {
  const { id, name, role, scope, disabled, createdAt, lastLoginAt, passwordHash, ssoSubject, totpEnabled } = user;
  return {
    id,
    tag: tagOfUser(user),
    name,
    role,
    scope,
    disabled,
    hasPassword: passwordHash !== null,
    sso: ssoSubject !== null || passwordHash === null,
    secondFactor: totpEnabled,
    createdAt,
    lastLoginAt,
  };
}
