import { randomBytes } from 'node:crypto';
import express, { type Express, Router } from 'express';
import { z } from 'zod';
import { errorAnswers, everyOther503, logIn, parse, Refusal } from '../appliance-sim/answers.ts';
import { type ServedIdentity, sha256Of, startIdentity } from '../appliance-sim/identity.ts';
import { WebPort } from '../appliance-sim/web-port.ts';
import type { Exchanges } from '../exchanges.ts';
import type { Faults, FaultView } from '../faults.ts';
import { Accounts } from '../vos-sim/accounts.ts';
import { type Certificate, readCertificate } from '../vos-sim/certificates.ts';
import { certificatesIn, identityIn } from './fitness.ts';

export interface VcenterSimOptions {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** 127.0.0.1 */
  readonly host?: string;
  /** Milliseconds from the replacement until the new certificate is served; 1500. */
  readonly restartMs?: number;
  /** Days that the self-signed certificate of the start is valid; 9. */
  readonly installedValidDays?: number;
}

/** A running vCenter. */
export interface VcenterSim extends AsyncDisposable {
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
  /** That were given out and not ended. */
  readonly openSessions: () => number;
  /** SHA-256 of the certificates that it trusts. */
  readonly trusted: () => readonly string[];
}

interface World {
  readonly name: string;
  readonly accounts: Accounts;
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  readonly sessions: Set<string>;
  readonly trusted: Map<string, Certificate>;
  readonly held: { identity: ServedIdentity };
  readonly restart: () => void;
}

const TLS = '/vcenter/certificate-management/vcenter/tls';
const Spec = z.strictObject({ cert: z.string(), key: z.string().optional(), root_cert: z.string().optional() });

/** Starts a simulated vCenter. It keeps nothing on disk. */
export async function startVcenterSim(options: VcenterSimOptions): Promise<VcenterSim> {
  const { name, user, password, exchanges, host = '127.0.0.1', restartMs = 1500, installedValidDays = 9 } = options;
  const end = new AbortController();
  const faults = options.faults.at(name);
  const accounts = new Accounts([{ user, password, privilege: 1 }], faults);
  const start = await startIdentity(name, installedValidDays);
  const sessions = new Set<string>();
  const trusted = new Map<string, Certificate>();
  const held = { identity: start };
  const restart = () => {
    sessions.clear();
    void port.restart(held.identity, restartMs * (faults.has('restart-slow') ? 3 : 1));
  };
  const answer = web({ name, accounts, faults, exchanges, sessions, trusted, held, restart });
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
    openSessions: () => sessions.size,
    trusted: () => [...trusted.keys()],
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
  app.post('/api/session', (request, response) => {
    logIn(request, world.accounts);
    const session = randomBytes(16).toString('hex');
    world.sessions.add(session);
    response.status(201).json(session);
  });
  app.use('/api', api(world));
  app.use(() => {
    throw new Refusal(404, 'Not found.');
  });
  app.use(errorAnswers(errorBody));
  return app;
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  503: 'SERVICE_UNAVAILABLE',
};

function errorBody(status: number, words: string) {
  const type = words.startsWith('Already trusted') ? 'ALREADY_EXISTS' : (TYPES[status] ?? 'ERROR');
  const message = { id: 'com.example.lab', default_message: words, args: [] };
  return { error_type: type, messages: [message] };
}

function api(world: World): Router {
  const { sessions, held } = world;
  const router = Router();
  router.use((request, _response, next) => {
    if (!sessions.has(request.get('vmware-api-session-id') ?? '')) throw new Refusal(401, 'Authentication required.');
    next();
  });
  router.delete('/session', (request, response) => {
    sessions.delete(request.get('vmware-api-session-id') ?? '');
    response.status(204).end();
  });
  router.use(everyOther503(world.faults));
  router.get('/appliance/system/version', (_request, response) => {
    const product = 'VMware vCenter Server';
    const version = { version: '8.0.3.00400', build: '24322831', product, type: 'vCenter Server' };
    response.json({ ...version, summary: '', releasedate: '', install_time: '2024-06-25T00:00:00.000Z' });
  });
  router.get(TLS, (_request, response) => {
    const pem = held.identity.chainPem[0] ?? '';
    const { parsed } = readCertificate(pem);
    const thumbprint = parsed.fingerprint.replaceAll(':', '').toLowerCase();
    response.json({
      ...{ version: 3, serial_number: parsed.serialNumber, thumbprint, cert: pem },
      ...{ issuer_dn: parsed.issuer, subject_dn: parsed.subject },
      ...{ valid_from: new Date(parsed.validFrom).toISOString(), valid_to: new Date(parsed.validTo).toISOString() },
    });
  });
  addReplacement(router, world);
  return router;
}

function addReplacement(router: Router, world: World): void {
  const { faults, exchanges, restart } = world;
  router.put(TLS, express.json(), async (request, response) => {
    const spec = parse(Spec, request.body);
    await exchanges.reached('vcenter.replace', 'received');
    const isTaken = takes(world, spec);
    await exchanges.reached('vcenter.replace', 'done');
    if (faults.has('vcenter-put-lost')) return restart();
    if (isTaken) response.once('finish', restart);
    response.status(204).end();
  });
}

/** False: it is ignored. @throws Refusal */
function takes({ name, faults, trusted, held }: World, spec: z.output<typeof Spec>): boolean {
  if (faults.has('vcenter-put-refused')) throw new Refusal(400, 'The certificate cannot be used');
  if (faults.has('vcenter-put-failed')) throw new Refusal(500, 'Error occurred while replacing the certificate');
  const added = certificatesIn(spec.root_cert ?? '');
  const isKnown = added.some(({ sha256 }) => trusted.has(sha256));
  if (isKnown && faults.has('vcenter-root-exists')) throw new Refusal(400, 'Already trusted: a root certificate');
  const identity = identityIn(spec, name, [...trusted.values(), ...added]);
  if (faults.has('vcenter-put-ignored')) return false;
  held.identity = identity;
  for (const certificate of added) trusted.set(certificate.sha256, certificate);
  return true;
}
