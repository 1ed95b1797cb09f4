import { createPublicKey, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import express, { type Express, Router } from 'express';
import { errorAnswers, everyOther503, logIn, Refusal } from '../appliance-sim/answers.ts';
import { type ServedIdentity, sha256Of, startIdentity } from '../appliance-sim/identity.ts';
import { filesIn } from '../appliance-sim/upload.ts';
import { WebPort } from '../appliance-sim/web-port.ts';
import type { Exchanges } from '../exchanges.ts';
import type { Faults, FaultView } from '../faults.ts';
import { Accounts } from '../vos-sim/accounts.ts';
import { splitPem } from '../vos-sim/certificates.ts';

export interface CatalystSimOptions {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** 127.0.0.1 */
  readonly host?: string;
  /** Milliseconds from the end of the task until the new certificate is served; 1500. */
  readonly restartMs?: number;
  /** Days that the self-signed certificate of the start is valid; 9. */
  readonly installedValidDays?: number;
}

/** A running Catalyst Center. */
export interface CatalystSim extends AsyncDisposable {
  readonly name: string;
  readonly host: string;
  readonly httpsPort: number;
  /** Of what is served at the start. */
  readonly startSha256: string;
  /** PEM */
  readonly startPem: string;
  readonly servedSha256: () => string;
  readonly restarts: () => number;
  readonly failedLogins: () => number;
  /** Tokens that were given out. */
  readonly tokens: () => number;
}

interface Task {
  /** Questions that are still answered with 404. */
  unknownFor: number;
  readonly failure: string | null;
}

interface World {
  readonly accounts: Accounts;
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  readonly tokens: Map<string, number>;
  readonly tasks: Map<string, Task>;
  readonly take: (identity: ServedIdentity) => void;
}

/** Starts a simulated Catalyst Center. It keeps nothing on disk. */
export async function startCatalystSim(options: CatalystSimOptions): Promise<CatalystSim> {
  const { name, user, password, exchanges, host = '127.0.0.1', restartMs = 1500, installedValidDays = 9 } = options;
  const end = new AbortController();
  const faults = options.faults.at(name);
  const accounts = new Accounts([{ user, password, privilege: 1 }], faults);
  const start = await startIdentity(name, installedValidDays);
  const tokens = new Map<string, number>();
  const take = (identity: ServedIdentity) => {
    void port.restart(identity, restartMs * (faults.has('restart-slow') ? 3 : 1));
  };
  const answer = web({ accounts, faults, exchanges, tokens, tasks: new Map(), take });
  const port: WebPort = await WebPort.open({ host, identity: start, answer, life: end.signal });
  const stopListening = options.faults.listen(() => port.power(!faults.has('node-down')));
  return {
    ...{ name, host },
    httpsPort: port.number,
    startSha256: sha256Of(start.chainPem[0] ?? ''),
    startPem: start.chainPem[0] ?? '',
    servedSha256: () => port.servedSha256,
    restarts: () => port.restarts,
    failedLogins: () => accounts.failures,
    tokens: () => tokens.size,
    async [Symbol.asyncDispose]() {
      stopListening();
      end.abort();
      await port[Symbol.asyncDispose]();
    },
  };
}

function web(world: World): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(everyOther503(world.faults));
  app.post('/dna/system/api/v1/auth/token', (request, response) => {
    logIn(request, world.accounts);
    const token = randomBytes(24).toString('base64url');
    world.tokens.set(token, 0);
    response.json({ Token: token });
  });
  app.use('/dna/intent/api/v1', intent(world));
  app.use(() => {
    throw new Refusal(404, 'Not Found');
  });
  app.use(errorAnswers((status, message) => ({ response: { errorCode: `NCND${status}`, message }, version: '1.0' })));
  return app;
}

function intent(world: World): Router {
  const { faults, exchanges, tokens, tasks, take } = world;
  const router = Router();
  router.use((request, _response, next) => {
    const token = request.get('x-auth-token') ?? '';
    const uses = tokens.get(token);
    if (uses === undefined) throw new Refusal(401, 'Invalid or expired token');
    if (uses > 0 && faults.take('catalyst-token-expired')) {
      tokens.delete(token);
      throw new Refusal(401, 'Invalid or expired token');
    }
    tokens.set(token, uses + 1);
    next();
  });
  router.post('/certificate', async (request, response) => {
    if (request.query.listOfUsers !== 'server') throw new Refusal(400, 'listOfUsers is expected');
    const { certFileUpload = '', pkFileUpload = '' } = await filesIn(request, ['certFileUpload', 'pkFileUpload']);
    await exchanges.reached('catalyst.upload', 'received');
    const failure = faults.has('catalyst-task-failed')
      ? 'NCTP0009: certificate chain is not valid'
      : unfit(certFileUpload, pkFileUpload);
    const taskId = randomUUID();
    tasks.set(taskId, { unknownFor: faults.has('catalyst-task-late') ? 3 : 1, failure });
    await exchanges.reached('catalyst.upload', 'done');
    if (failure === null)
      response.once('finish', () => take({ keyPem: pkFileUpload, chainPem: splitPem(certFileUpload) }));
    response.status(202).json({ response: { taskId, url: `/api/v1/task/${taskId}` }, version: '1.0' });
  });
  router.get('/task/:id', (request, response) => {
    const task = tasks.get(request.params.id);
    if (task) task.unknownFor -= 1;
    if (!task || task.unknownFor >= 0) throw new Refusal(404, 'Task is not found');
    const { failure } = task;
    const common = { id: request.params.id, endTime: Date.now(), progress: failure ?? 'Certificate installed' };
    response.json({
      response: failure === null ? { ...common, isError: false } : { ...common, isError: true, failureReason: failure },
    });
  });
  return router;
}

/** Null: it fits. */
function unfit(certificate: string, key: string): string | null {
  try {
    const leaf = new X509Certificate(splitPem(certificate)[0] ?? '');
    const [held, wanted] = [createPublicKey(key), leaf.publicKey].map((one) =>
      one.export({ type: 'spki', format: 'pem' }),
    );
    return held === wanted ? null : 'NCTP0011: private key does not match the certificate';
  } catch {
    return 'NCTP0010: certificate or private key cannot be read';
  }
}
