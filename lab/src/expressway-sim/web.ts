import express, { type Express, Router } from 'express';
import { z } from 'zod';
import { basicGate, errorAnswers, everyOther503, parse, Refusal } from '../appliance-sim/answers.ts';
import { filesIn } from '../appliance-sim/upload.ts';
import type { Exchanges } from '../exchanges.ts';
import type { FaultView } from '../faults.ts';
import type { Accounts } from '../vos-sim/accounts.ts';
import type { Box } from './box.ts';
import type { ExpresswayQuirks } from './quirks.ts';

export interface ExpresswayWebSettings {
  readonly box: Box;
  readonly accounts: Accounts;
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  readonly quirks: ExpresswayQuirks;
}

/** Names and spelling are those of the box; unknown fields are refused. */
const csrBody = z.strictObject({
  Additional_FQDNS: z.array(z.string()),
  Country: z.string().length(2),
  KeyLength: z.literal([1024, 2048, 4096]),
  DigestAlgorithm: z.enum(['sha256', 'sha384', 'sha512']),
  Province: z.string().min(1),
  Locality: z.string().min(1),
  Organization: z.string().min(1),
  OrganizationalUnit: z.string().min(1),
  Email: z.string(),
});

/** The certificate part of the provisioning API. */
export function web(settings: ExpresswayWebSettings): Express {
  const { accounts, faults, quirks } = settings;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(everyOther503(faults), basicGate(accounts), express.json());
  app.use('/api/provisioning/certs', requests(settings), certificates(settings));
  app.use(() => {
    throw new Refusal(404, 'Not Found');
  });
  app.use((error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
    // Some releases are said to answer 200 and to say no in the text.
    const isPlainNo = error instanceof Refusal && ['Conflict', 'Bad Request'].includes(error.message);
    if (quirks.refusal === 'text' && isPlainNo) response.status(200).json({ Message: error.message });
    else next(error);
  });
  app.use(errorAnswers((_status, words) => ({ Message: words })));
  return app;
}

function requests({ box, faults, exchanges, quirks }: ExpresswayWebSettings): Router {
  const router = Router();
  router.get('/generate_csr', (_request, response) => {
    if (box.csr) response.type('text/html').send(box.csr.pem);
    else if (quirks.noCsr === '404') throw new Refusal(404, 'No CSR');
    else response.type('text/html').send('');
  });
  router.post('/generate_csr', async (request, response) => {
    const { Additional_FQDNS, KeyLength } = parse(csrBody, request.body);
    await exchanges.reached('expressway.csr.create', 'received');
    if (faults.take('expressway-csr-conflict')) await box.makeCsr(['somebody.lab.example.com'], 2048);
    await box.makeCsr(Additional_FQDNS, KeyLength === 4096 ? 4096 : 2048);
    await exchanges.reached('expressway.csr.create', 'done');
    response.json({ Message: 'CSR generated.' });
  });
  return router;
}

function certificates({ box, faults, exchanges }: ExpresswayWebSettings): Router {
  const router = Router();
  router.get('/server', (_request, response) => {
    response.type('text/html').send(box.installed.chainPem.join('\n'));
  });
  router.post('/server', async (request, response) => {
    const { file = '' } = await filesIn(request, ['file']);
    await exchanges.reached('expressway.server.upload', 'received');
    box.upload(file);
    await exchanges.reached('expressway.server.upload', 'done');
    if (!faults.has('expressway-upload-lost')) response.json({ Message: 'OK' });
  });
  router.get('/root', (_request, response) => {
    response.type('text/html').send(box.trusted.map(({ pem }) => pem).join(''));
  });
  router.post('/root', async (request, response) => {
    const { file = '' } = await filesIn(request, ['file']);
    box.trust(file);
    await exchanges.reached('expressway.root.upload', 'done');
    response.json({ Message: 'Root Certificate updated.' });
  });
  return router;
}
