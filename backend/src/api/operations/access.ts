import { z } from 'zod';
import * as answers from '../answers/access.ts';
import * as contract from '../contract/access.ts';
import { created, elsewhere, json, nothing, type Operations } from './operation.ts';

/** Who may come in. */
export const ACCESS_OPERATIONS: Operations = {
  'POST /setup': {
    summary: 'Create the first administrator, with the token that the daemon printed',
    body: contract.setUpRequest,
    answer: created(answers.session),
  },
  'GET /session/options': { summary: 'What the login page offers', answer: json(answers.sessionOptions) },
  'POST /session': { summary: 'Log in', body: contract.loginRequest, answer: created(answers.session) },
  'GET /session': { summary: 'Who asks, and the CSRF token', answer: json(answers.session) },
  'DELETE /session': { summary: 'Log out', answer: json(answers.loggedOut) },
  'PUT /session/password': {
    summary: 'Change the own password',
    body: contract.passwordChange,
    answer: json(answers.session),
  },
  'GET /session/sessions': { summary: 'The own sessions', answer: json(z.array(answers.sessionEntry)) },
  'DELETE /session/sessions': { summary: 'End all but this one', answer: nothing },
  'DELETE /session/sessions/:id': { summary: 'End one', answer: nothing },
  'POST /session/totp': {
    summary: 'Begin setting up a second factor',
    body: contract.passwordRequest,
    answer: created(answers.enrolment),
  },
  'PUT /session/totp': {
    summary: 'Finish it with a first code',
    body: contract.codeRequest,
    answer: json(answers.recoveryCodes),
  },
  'DELETE /session/totp': { summary: 'Remove the second factor', body: contract.passwordRequest, answer: nothing },
  'POST /session/totp/recovery-codes': {
    summary: 'New recovery codes; the old ones end',
    body: contract.passwordRequest,
    answer: json(answers.recoveryCodes),
  },
  'GET /session/oidc/start': { summary: 'To the provider of single sign-on', answer: elsewhere },
  'GET /session/oidc/callback': {
    summary: 'Back from the provider',
    // Providers add parameters of their own.
    query: z.looseObject({ code: z.string().optional(), state: z.string().optional() }),
    answer: elsewhere,
  },
  'GET /users': { summary: 'Who may log in', answer: json(z.array(answers.user)) },
  'POST /users': { summary: 'Add a user', body: contract.newUser, answer: created(answers.user), repeatable: true },
  'GET /users/:id': { summary: 'One user', answer: json(answers.user) },
  'PATCH /users/:id': { summary: 'Change role, scope or lock', body: contract.changedUser, answer: json(answers.user) },
  'DELETE /users/:id': { summary: 'Remove a user', answer: nothing },
  'PUT /users/:id/password': {
    summary: 'Give a password that has to be changed at the next login',
    body: contract.passwordRequest,
    answer: json(answers.user),
  },
  'DELETE /users/:id/totp': { summary: 'Remove the second factor of a user', answer: json(answers.user) },
  'GET /tokens': { summary: 'API tokens', answer: json(z.array(answers.token)) },
  'POST /tokens': { summary: 'Make one; shown once', body: contract.newToken, answer: created(answers.newToken) },
  'GET /tokens/:id': { summary: 'One token, without the token itself', answer: json(answers.token) },
  'POST /tokens/:id/successor': {
    summary: 'Make the next one, and end the old one later',
    body: contract.tokenRotation,
    answer: created(answers.newToken),
  },
  'DELETE /tokens/:id': { summary: 'Revoke one', answer: nothing },
  'GET /access/policy': { summary: 'Who needs a second factor', answer: json(contract.accessPolicy) },
  'PUT /access/policy': {
    summary: 'Say who needs a second factor',
    body: contract.accessPolicy,
    answer: json(contract.accessPolicy),
  },
  'GET /access/sso': { summary: 'Single sign-on as it is set', answer: json(answers.sso) },
  'PUT /access/sso': { summary: 'Set single sign-on', body: contract.ssoInput, answer: nothing },
  'DELETE /access/sso': { summary: 'Switch it off', answer: nothing },
  'POST /access/sso/test': {
    summary: 'Ask a provider, before it is set',
    body: contract.ssoInput,
    answer: json(answers.ssoTest),
  },
};
