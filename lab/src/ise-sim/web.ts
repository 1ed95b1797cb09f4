import { randomBytes } from 'node:crypto';
import express, { type Express, type RequestHandler, type Response, Router } from 'express';
import { basicGate, errorAnswers, everyOther503, parse, Refusal } from '../appliance-sim/answers.ts';
import { zipOf } from '../appliance-sim/zip.ts';
import type { Exchanges } from '../exchanges.ts';
import type { FaultView } from '../faults.ts';
import type { Accounts } from '../vos-sim/accounts.ts';
import type { Deployment, Trusted } from './deployment.ts';
import { type IseNode, type PendingCsr, type SystemCertificate, usedBy } from './node.ts';
import type { IseQuirks } from './quirks.ts';
import { bindBody, csrBody, exportBody, trustBody } from './schema.ts';

export interface IseWebSettings {
  readonly deployment: Deployment;
  readonly accounts: Accounts;
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  readonly quirks: IseQuirks;
  /** Restarts the node, after the answer where there is one. */
  readonly restart: (node: IseNode) => void;
  /** Roles that need no restart are served at once. */
  readonly serve: (node: IseNode) => void;
}

const CERTS = '/api/v1/certs';
const VERSION = '1.0.0';

/** The Open API of the primary administration node. */
export function web(settings: IseWebSettings): Express {
  const app = express();
  const tokens = new Tokens();
  app.disable('x-powered-by').disable('etag');
  app.use(everyOther503(settings.faults), basicGate(settings.accounts), express.json({ limit: '256kb' }));
  app.get('/api/v1/deployment/node', (request, response) => {
    if (settings.quirks.csrf === 'wanted' && request.get('x-csrf-token') === 'fetch') tokens.give(response);
    response.json({ response: settings.deployment.nodes.map(nodeRow), version: VERSION });
  });
  app.use(changesFrom(settings.quirks, tokens));
  app.use(CERTS, requests(settings), certificates(settings), trust(settings));
  app.use(() => {
    throw new Refusal(404, 'Not Found');
  });
  app.use(errorAnswers((_status, message) => ({ response: { message }, version: VERSION })));
  return app;
}

/** A token is good for one cookie. */
class Tokens {
  readonly #given = new Map<string, string>();

  give(response: Response): void {
    const [token, session] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
    this.#given.set(token, session);
    const expires = new Date(Date.now() + 3_600_000).toUTCString();
    response.set('X-CSRF-Token', token);
    response.append('Set-Cookie', `APPSESSIONID=${session}; Path=/; Expires=${expires}; Secure; HttpOnly`);
    response.append('Set-Cookie', `redirectUri=/admin; Expires=${expires}; Path=/`);
  }

  knows(token: string | undefined, cookie: string | undefined): boolean {
    const session = this.#given.get(token ?? '');
    return session !== undefined && (cookie ?? '').split('; ').includes(`APPSESSIONID=${session}`);
  }
}

/** What changes something has to say where it comes from. */
function changesFrom(quirks: IseQuirks, tokens: Tokens): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'GET') return next();
    const origin = `https://${request.get('host')}`;
    const isOurs = request.get('origin') === origin && request.get('referer')?.startsWith(`${origin}/admin`);
    if (!isOurs) throw new Refusal(403, 'Request blocked: Referer or Origin is missing');
    if (quirks.csrf === 'wanted' && !tokens.knows(request.get('x-csrf-token'), request.get('cookie'))) {
      throw new Refusal(403, 'CSRF nonce validation failed');
    }
    next();
  };
}

function requests({ deployment, exchanges, quirks, faults }: IseWebSettings): Router {
  const router = Router();
  router.get('/certificate-signing-request', (request, response) => {
    response.json(pageOf(deployment.csrs.map(csrRow), request.query));
  });
  router.post('/certificate-signing-request', async (request, response) => {
    const body = parse(csrBody, request.body);
    await exchanges.reached('ise.csr.create', 'received');
    if (faults.has('ise-csr-conflict')) await addForeign(deployment, body.hostnames[0] ?? '', body.subjectCommonName);
    const made = [];
    for (const hostName of body.hostnames) {
      deployment.node(hostName);
      made.push(
        await deployment.addCsr({
          hostName,
          commonName: body.subjectCommonName,
          organizationalUnit: body.subjectOrgUnit,
          dnsNames: body.sanDNS,
          bits: Number(body.keyLength) as 2048 | 3072 | 4096,
          usedFor: body.usedFor,
        }),
      );
    }
    await exchanges.reached('ise.csr.create', 'done');
    response.json({ response: made.map(({ id }) => ({ id, link: null })), version: VERSION });
  });
  router.get('/certificate-signing-request/export/:host/:id', (request, response) => {
    const { pem } = deployment.csr(request.params.host, request.params.id);
    if (quirks.csrExport === 'json') response.json({ response: pem, version: VERSION });
    else response.type('application/octet-stream').send(pem);
  });
  router.delete('/certificate-signing-request/:host/:id', async (request, response) => {
    deployment.forgetCsr(deployment.csr(request.params.host, request.params.id));
    await exchanges.reached('ise.csr.delete', 'done');
    response.json({ response: { message: 'Certificate Signing Request deleted' }, version: VERSION });
  });
  return router;
}

/** Somebody else has a request for this name, and ISE makes no second one. */
async function addForeign(deployment: Deployment, hostName: string, commonName: string): Promise<never> {
  if (!deployment.csrs.some(({ friendlyName }) => friendlyName === 'somebody else')) {
    const details = { hostName, commonName, organizationalUnit: 'Network', dnsNames: [commonName], usedFor: 'ADMIN' };
    const made = await deployment.addCsr({ ...details, bits: 2048 });
    deployment.forgetCsr(made);
    deployment.csrs = [...deployment.csrs, { ...made, friendlyName: 'somebody else' }];
  }
  throw new Refusal(409, 'A Certificate Signing Request with the same subject already exists');
}

function certificates(settings: IseWebSettings): Router {
  const { deployment, exchanges, quirks, faults, restart, serve } = settings;
  const router = Router();
  router.get('/system-certificate/:host', (request, response) => {
    const rows = deployment.node(request.params.host).certificates.map((one) => certificateRow(one, quirks));
    response.json(pageOf(rows, request.query));
  });
  router.post('/system-certificate/export', (request, response) => {
    const { id, hostName } = parse(exportBody, request.body);
    const found = deployment.node(hostName).certificates.find((one) => one.id === id);
    if (!found) throw new Refusal(404, `Certificate ${id} not found`);
    const { pem } = found.certificate;
    if (quirks.certificateExport === 'text') response.type('text/plain').send(pem);
    else response.type('application/octet-stream').send(zipOf('certificate.pem', pem));
  });
  router.post('/signed-certificate/bind', async (request, response) => {
    const body = parse(bindBody[quirks.bindFields], request.body);
    await exchanges.reached('ise.bind', 'received');
    if (faults.take('ise-bind-lost')) return;
    const { roles } = deployment.bind(body);
    await exchanges.reached('ise.bind', 'done');
    const node = deployment.node(body.hostName);
    const isAnswered =
      !faults.has('ise-bind-timeout') && (quirks.bindAnswer === 'before-restart' || !roles.has('admin'));
    const message = `Certificate binding was successful.${roles.has('admin') ? 'The system will now restart' : ''}`;
    serve(node);
    const restarts = () => roles.has('admin') && restart(node);
    if (isAnswered) response.once('finish', restarts).json({ response: { message, status: null }, version: VERSION });
    else restarts();
  });
  return router;
}

function trust({ deployment, exchanges, quirks }: IseWebSettings): Router {
  const router = Router();
  router.get('/trusted-certificate', (request, response) => {
    response.json(
      pageOf(
        deployment.trusted.map((one) => trustedRow(one, quirks)),
        request.query,
      ),
    );
  });
  router.post('/trusted-certificate/import', async (request, response) => {
    const { data, name, trustForIseAuth = false } = parse(trustBody, request.body);
    if (/'/.test(name ?? '')) throw new Refusal(400, 'Security Check Failed');
    await exchanges.reached('ise.trust.import', 'received');
    const status = deployment.trust(data, name, trustForIseAuth);
    await exchanges.reached('ise.trust.import', 'done');
    response
      .status(status)
      .json({ response: { message: 'Trust Certificate was added successfully' }, version: VERSION });
  });
  return router;
}

function nodeRow({ hostname, fqdn }: IseNode, index: number): unknown {
  const roles = index === 0 ? ['PrimaryAdmin', 'PrimaryMonitoring'] : ['SecondaryAdmin'];
  return { hostname, fqdn, ipAddress: '127.0.0.1', roles, services: ['Session', 'Profiler'], nodeStatus: 'Connected' };
}

function csrRow({ id, hostName, subject, friendlyName }: PendingCsr): unknown {
  return { id, hostName, subject, friendlyName, link: null };
}

function certificateRow(one: SystemCertificate, { fingerprint }: IseQuirks): unknown {
  const { parsed, sha256, commonName, issuerName } = one.certificate;
  return {
    id: one.id,
    friendlyName: one.friendlyName,
    issuedTo: commonName,
    issuedBy: issuerName,
    validFrom: new Date(parsed.validFrom).toString(),
    expirationDate: new Date(parsed.validTo).toString(),
    usedBy: usedBy(one),
    groupTag: one.groupTag,
    sha256Fingerprint: fingerprint === 'plain' ? sha256 : withColons(sha256),
    serialNumberDecimalFormat: BigInt(`0x${parsed.serialNumber}`).toString(),
    selfSigned: commonName === issuerName,
  };
}

function trustedRow({ id, friendlyName, certificate }: Trusted, { fingerprint }: IseQuirks): unknown {
  const { sha256, parsed } = certificate;
  return {
    id,
    subject: parsed.subject.split('\n').join(','),
    friendlyName,
    sha256Fingerprint: fingerprint === 'plain' ? sha256 : withColons(sha256),
  };
}

function withColons(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(':');
}

function pageOf(rows: readonly unknown[], { page = '1', size = '20' }: Readonly<Record<string, unknown>>): unknown {
  const [from, count] = [Number(page), Number(size)];
  if (!(from >= 1) || !(count >= 1 && count <= 100)) throw new Refusal(400, 'Invalid page or size');
  return { response: rows.slice((from - 1) * count, from * count), version: VERSION };
}
