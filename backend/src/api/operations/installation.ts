import { z } from 'zod';
import * as answers from '../answers/installation.ts';
import * as accounts from '../contract/accounts.ts';
import * as audit from '../contract/audit.ts';
import * as calendars from '../contract/calendars.ts';
import * as notify from '../contract/notify.ts';
import * as contract from '../contract.ts';
import { created, file, json, nothing, type Operations } from './operation.ts';

const account = z.strictObject({
  account: z.string().min(1).max(100).meta({ description: 'Id or name' }),
});
const credential = z.strictObject({ name: contract.credentialName });
const archive = z.strictObject({ name: z.string().min(1).max(200) });

/** Shared accounts of one family. */
function accountOperations(path: string, what: string): Operations {
  return {
    [`GET ${path}`]: { summary: `Shared ${what}s`, answer: json(z.array(answers.account)) },
    [`POST ${path}`]: {
      summary: `Add a ${what}`,
      body: accounts.newAccount,
      answer: created(answers.account),
      repeatable: true,
    },
    [`POST ${path}/test`]: {
      summary: `Try a ${what} that is not saved`,
      body: accounts.accountTestRequest,
      answer: json(answers.accountTest),
    },
    [`POST ${path}/:account/test`]: {
      summary: `Try a ${what}`,
      params: account,
      answer: json(answers.accountTest),
    },
    [`GET ${path}/:account`]: { summary: `One ${what}`, params: account, answer: json(answers.account) },
    [`PUT ${path}/:account`]: {
      summary: `Replace it; without a version, create it under this name (201)`,
      params: account,
      body: accounts.changedAccount,
      answer: json(answers.account),
    },
    [`DELETE ${path}/:account`]: { summary: `Remove it`, params: account, answer: nothing },
  };
}

/** What connections share, and what concerns the daemon as a whole. */
export const INSTALLATION_OPERATIONS: Operations = {
  ...accountOperations('/issuers', 'issuer'),
  ...accountOperations('/dns-accounts', 'DNS account'),
  'GET /credentials': { summary: 'Names of shared secrets', answer: json(z.array(answers.credential)) },
  'PUT /credentials/:name': {
    summary: 'Store secrets under a name',
    params: credential,
    body: contract.credentialInput,
    answer: json(answers.credential),
  },
  'DELETE /credentials/:name': { summary: 'Forget them', params: credential, answer: nothing },
  'GET /calendars': { summary: 'Windows and freezes', answer: json(z.array(answers.calendar)) },
  'POST /calendars': {
    summary: 'Add a calendar',
    body: calendars.newCalendar,
    answer: created(answers.calendar),
    repeatable: true,
  },
  'POST /calendars/preview': {
    summary: 'What rules mean, before they are saved',
    body: calendars.calendarPreview,
    answer: json(answers.forecast),
  },
  'GET /calendars/:id': { summary: 'One calendar', answer: json(answers.calendar) },
  'PUT /calendars/:id': {
    summary: 'Replace it',
    body: calendars.changedCalendar,
    answer: json(answers.calendar),
  },
  'DELETE /calendars/:id': { summary: 'Remove it', answer: nothing },
  'GET /notifiers': { summary: 'Channels over which people are told', answer: json(z.array(answers.notifier)) },
  'POST /notifiers': {
    summary: 'Add a channel',
    body: notify.newNotifier,
    answer: created(answers.notifier),
    repeatable: true,
  },
  'POST /notifiers/test': {
    summary: 'Try a channel that is not saved',
    body: notify.unsavedTest,
    answer: json(answers.notifierTest),
  },
  'GET /notifiers/:id': { summary: 'One channel', answer: json(answers.notifier) },
  'PUT /notifiers/:id': { summary: 'Replace it', body: notify.changedNotifier, answer: json(answers.notifier) },
  'DELETE /notifiers/:id': { summary: 'Remove it with its rules', answer: nothing },
  'POST /notifiers/:id/test': {
    summary: 'Send a test, or only ask the service',
    body: notify.testRequest,
    answer: json(answers.notifierTest),
  },
  'GET /notification-rules': { summary: 'Which channel is told of what', answer: json(z.array(answers.rule)) },
  'POST /notification-rules': {
    summary: 'Add a rule',
    body: notify.newRule,
    answer: created(answers.rule),
    repeatable: true,
  },
  'GET /notification-rules/:id': { summary: 'One rule', answer: json(answers.rule) },
  'PUT /notification-rules/:id': { summary: 'Replace it', body: notify.changedRule, answer: json(answers.rule) },
  'DELETE /notification-rules/:id': { summary: 'Remove it', answer: nothing },
  'GET /notices': {
    summary: 'What people were told, with state and last answer',
    query: notify.noticesQuery,
    answer: json(z.array(answers.notice)),
  },
  'GET /audit': {
    summary: 'Who did what, the newest first',
    query: audit.auditQuery,
    answer: json(z.array(answers.auditEntry)),
  },
  'GET /audit/export': {
    summary: 'All of it, the oldest first',
    answer: file('application/jsonl', 'JSON lines: a row each, with its hash'),
  },
  'GET /audit/verification': {
    summary: 'Whether the chain is whole; `anchor` names ends of it that were kept elsewhere',
    query: audit.auditVerification,
    answer: json(answers.auditVerification),
  },
  'GET /backups': { summary: 'The archives', answer: json(answers.backups) },
  'POST /backups': { summary: 'Make one and read it back', answer: created(answers.backup), repeatable: true },
  'GET /backups/:name': {
    summary: 'Download one',
    params: archive,
    answer: file('application/octet-stream', 'The encrypted archive'),
  },
  'GET /lab': { summary: 'Whether there is a simulated appliance to practise with', answer: json(answers.lab) },
  'POST /lab/connection': { summary: 'Add a connection to it', answer: created(answers.named), repeatable: true },
  'GET /plugins': {
    summary: 'What can be chosen, with the JSON schema of the settings',
    answer: json(answers.plugins),
  },
  'GET /words': { summary: 'The words of this version for what it sends by name', answer: json(answers.words) },
  'GET /openapi.json': { summary: 'This document', answer: json(z.record(z.string(), z.unknown())) },
};
