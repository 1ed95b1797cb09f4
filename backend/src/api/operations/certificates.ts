import { z } from 'zod';
import * as answers from '../answers/certificates.ts';
import * as contract from '../contract/certificates.ts';
import { sha256 } from '../contract/lists.ts';
import { accepted, created, file, json, nothing, type Operations } from './operation.ts';

const certificate = z.strictObject({ sha256 });

/** Certificates that are kept for download, and what is done with one that was issued. */
export const CERTIFICATE_OPERATIONS: Operations = {
  'POST /certificates': {
    summary: 'Register names: a key is made, a certificate ordered, and both are kept and renewed for download',
    body: contract.registration,
    answer: created(answers.keptCertificate),
    repeatable: true,
  },
  'GET /certificates/managed': {
    summary: 'Certificates that are kept for download, the first to end first',
    query: contract.keptListQuery,
    answer: json(answers.keptCertificateList),
  },
  'GET /certificates/managed/:id': { summary: 'How one stands', answer: json(answers.keptCertificate) },
  'POST /certificates/managed/:id/verify': {
    summary: 'Say that what it waits for is placed',
    answer: accepted(answers.keptCertificate),
  },
  'POST /certificates/managed/:id/renew': {
    summary: 'Ask for another one now',
    answer: accepted(answers.keptCertificate),
    repeatable: true,
  },
  'DELETE /certificates/managed/:id': {
    summary: 'Forget it and its key: expired, revoked, never issued, or by force with a reason',
    body: contract.removal,
    answer: nothing,
  },
  'POST /certificates/:sha256/download': {
    summary: 'A file of it; those with the private key need the role operator',
    params: certificate,
    body: contract.fileRequest,
    answer: file('application/octet-stream', 'The file, of the media type of its format'),
  },
  'POST /certificates/:sha256/revoke': {
    summary: 'Have the CA revoke it, whatever it is for',
    params: certificate,
    body: contract.revocationRequest,
    answer: json(answers.revocation),
  },
};
