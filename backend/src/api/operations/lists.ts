import { z } from 'zod';
import * as answers from '../answers/lists.ts';
import * as lists from '../contract/lists.ts';
import { renewalQuery } from '../contract.ts';
import { accepted, file, json, type Operations } from './operation.ts';

const bulkId = z.strictObject({ id: z.string().min(1).max(100) });
const certificate = z.strictObject({ sha256: lists.sha256 });

/** What is listed, counted and done for many. */
export const LIST_OPERATIONS: Operations = {
  'GET /dashboard': {
    summary: 'What needs a person, counts, ends and what comes next',
    answer: json(answers.dashboard),
  },
  'GET /connections': {
    summary: 'What is kept valid, page by page',
    query: lists.connectionListQuery,
    answer: json(answers.connectionList),
  },
  'GET /connections/ids': {
    summary: 'The ids of all that match the same filters',
    query: lists.connectionIdsQuery,
    answer: json(z.array(z.int())),
  },
  'GET /connections/choices': { summary: 'What can be filtered by', answer: json(answers.connectionChoice) },
  'GET /renewals': { summary: 'The last renewals', query: renewalQuery, answer: json(z.array(answers.renewalItem)) },
  'GET /certificates': {
    summary: 'What was issued, page by page',
    query: lists.certificateListQuery,
    answer: json(answers.certificateList),
  },
  'GET /certificates/:sha256': {
    summary: 'One certificate with its chain',
    params: certificate,
    answer: json(answers.certificateDetail),
  },
  'GET /certificates/:sha256/pem': {
    summary: 'PEM text of it',
    params: certificate,
    query: lists.pemQuery,
    answer: file('application/pem-certificate-chain', 'PEM, leaf first'),
  },
  'GET /activity': {
    summary: 'The event log backwards, in sentences',
    query: lists.activityListQuery,
    answer: json(z.array(answers.activityItem)),
  },
  'POST /bulk': {
    summary: 'Do something for many connections',
    body: lists.bulkRequest,
    answer: accepted(answers.bulk),
    repeatable: true,
  },
  'POST /bulk/plan': {
    summary: 'What a bulk would touch',
    body: lists.bulkRequest,
    answer: json(answers.bulkPlan),
  },
  'GET /bulk/:id': { summary: 'How far a bulk is', params: bulkId, answer: json(answers.bulk) },
  'POST /bulk/:id/stop': { summary: 'Begin no more of it', params: bulkId, answer: json(answers.bulk) },
};
