import { z } from 'zod';
import { connectionsFile } from '../../transfer/file.ts';
import * as answers from '../answers/connections.ts';
import { evidence } from '../answers/evidence.ts';
import { page, renewalItem } from '../answers/lists.ts';
import { imported } from '../answers/transfer.ts';
import { newOwner } from '../contract/access.ts';
import * as accounts from '../contract/accounts.ts';
import { evidenceQuery } from '../contract/evidence.ts';
import { explanationsQuery } from '../contract/explanation.ts';
import { planQuery } from '../contract/plan.ts';
import * as transfer from '../contract/transfer.ts';
import * as contract from '../contract.ts';
import { created, EVENT_STREAM, file, json, nothing, type Operations } from './operation.ts';

const renewalId = z.strictObject({ id: z.string().min(1).max(100) });

/** Connections, their renewals, and what is seen of them. */
export const CONNECTION_OPERATIONS: Operations = {
  'POST /connections': {
    summary: 'Add a connection',
    body: accounts.connectionRequest,
    answer: created(answers.connection),
    repeatable: true,
  },
  'GET /connections/export': {
    summary: 'All connections, and what they use, as a file without secrets',
    answer: json(connectionsFile),
  },
  'POST /connections/export': {
    summary: 'The same with secrets, encrypted with a passphrase',
    body: transfer.exportRequest,
    answer: file('text/plain', 'An age file'),
  },
  'POST /connections/import': {
    summary: 'Add and change what a file holds; up to 16 MB',
    body: transfer.importRequest,
    large: true,
    answer: json(imported),
    repeatable: true,
  },
  'GET /connections/:id': { summary: 'One connection', answer: json(answers.connection) },
  'PUT /connections/:id': {
    summary: 'Replace all of it; secrets that are not given stay',
    body: accounts.changedConnectionRequest,
    answer: json(answers.connection),
  },
  'DELETE /connections/:id': { summary: 'Forget it and its secrets', answer: nothing },
  'PUT /connections/:id/owner': {
    summary: 'Say to whom it belongs',
    body: newOwner,
    answer: json(answers.connection),
  },
  'POST /connections/:id/preflight': {
    summary: 'Dry run: everything that can be known without changing anything',
    body: contract.preflightRequest,
    answer: json(answers.preflight),
  },
  'POST /connections/preflight': {
    summary: 'Dry run of a connection that is not saved',
    body: accounts.trialRequest,
    answer: json(answers.preflight),
  },
  'GET /connections/:id/plan': { summary: 'What a renewal would interrupt', answer: json(answers.blastRadius) },
  'POST /connections/:id/renewals': {
    summary: 'Start a renewal',
    body: contract.newRenewal,
    answer: created(answers.renewal),
    repeatable: true,
  },
  'GET /connections/:id/renewals': {
    summary: 'Its renewals, the last begun first',
    query: contract.page,
    answer: json(z.array(renewalItem)),
  },
  'GET /connections/:id/served': { summary: 'What clients meet now', answer: json(answers.served) },
  'GET /connections/:id/nodes': { summary: 'The nodes of its cluster', answer: json(z.array(answers.node)) },
  'GET /connections/:id/snapshots': {
    summary: 'What each node says of its certificates, for a rehearsal',
    answer: json(z.array(z.unknown())),
  },
  'GET /connections/:id/trust': { summary: 'Its trust stores', answer: json(z.array(answers.trustEntry)) },
  'GET /connections/:id/explanation': {
    summary: 'Why it is, or is not, renewed now',
    answer: json(answers.explanation),
  },
  'GET /explanations': {
    summary: 'The same for all connections, page by page',
    query: explanationsQuery,
    answer: json(page(answers.explanation)),
  },
  'GET /renewals/:id': {
    summary: 'One renewal with its facts and events',
    params: renewalId,
    answer: json(answers.renewal),
  },
  'GET /renewals/:id/exchanges': {
    summary: 'What was said to the appliance, without secrets and with stand-ins for names',
    params: renewalId,
    answer: file('application/jsonl', 'JSON lines: a header, then an exchange each'),
  },
  'GET /renewals/:id/evidence': {
    summary: 'All about it for whoever asks afterwards, without secrets',
    params: renewalId,
    query: evidenceQuery,
    answer: json(evidence),
  },
  'GET /renewals/:id/evidence.html': {
    summary: 'The same as a page to be printed',
    params: renewalId,
    query: evidenceQuery,
    answer: file('text/html', 'One page, without scripts'),
  },
  'POST /renewals/:id/cancel': {
    summary: 'Stop before the hand-over to the appliance',
    params: renewalId,
    answer: json(answers.renewal),
  },
  'POST /renewals/:id/resume': {
    summary: 'Say that what it waits for is done',
    params: renewalId,
    body: contract.resumeRequest,
    answer: json(answers.renewal),
  },
  'GET /events': {
    summary: 'The event log as it grows; `Last-Event-ID` or `after` continues where a reader was',
    query: contract.streamQuery,
    answer: file(EVENT_STREAM, 'Server-sent events: id is the cursor, data an Event'),
  },
  'POST /appliances/look': {
    summary: 'What an appliance shows to anybody: certificate and host key',
    body: contract.lookRequest,
    answer: json(answers.look),
  },
  'POST /appliances/ask': {
    summary: 'Log in at an appliance and ask what it is',
    body: accounts.applianceQuestion,
    answer: json(answers.applianceAnswer),
  },
  'GET /plan': {
    summary: 'Renewals and restarts of the coming twelve months',
    query: planQuery,
    answer: json(answers.plan),
  },
  'POST /dns/check': {
    summary: 'Ask every server for a challenge record',
    body: contract.dnsCheckRequest,
    answer: json(answers.dnsCheck),
  },
  'GET /dns/leftovers': { summary: 'Records that renewals left behind', answer: json(z.array(answers.leftover)) },
  'DELETE /dns/leftovers/:renewalId': {
    summary: 'No longer try to remove what a renewal left behind',
    params: z.strictObject({ renewalId: z.string().min(1).max(100) }),
    answer: nothing,
  },
  'POST /dns/sweep': { summary: 'Try again to remove them', answer: json(z.array(answers.swept)) },
  'POST /dns/acme-dns/register': {
    summary: 'A new account at an acme-dns server',
    body: contract.acmeDnsRegistration,
    answer: created(answers.acmeDnsAccount),
  },
};
