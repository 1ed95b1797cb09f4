import express, { type Express, type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import type { Accounts } from './accounts.ts';
import { answer, errorAnswers } from './answers.ts';
import { type Quirks, trackingId } from './chance.ts';
import { gate } from './gate.ts';
import { SERVICES, type Service, type VosNode } from './node.ts';
import { noSuchCsr, Refusal, TEXTS } from './refusal.ts';
import { csrBody, identityBody, serviceQuery, trustBody } from './schema.ts';

export interface ApiSettings {
  readonly node: VosNode;
  readonly accounts: Accounts;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  readonly quirks: Quirks;
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

const BASE = '/platformcom/api/v1/certmgr/config';

/**
 * The certificate management API of the node.
 *
 * @see https://developer.cisco.com/docs/certificate-management/getting-started
 */
export function certificateApi(settings: ApiSettings): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(BASE, gate(settings.accounts), express.json({ limit: '256kb' }), reads(settings), writes(settings));
  app.use(() => {
    throw new Refusal(404, TEXTS.notFound);
  });
  app.use(errorAnswers(settings.life));
  return app;
}

/** One certificate is read under a singular path, and uploaded under a plural one. */
function reads(settings: ApiSettings): Router {
  const { node, life } = settings;
  const router = Router();
  router.get('/snapshot/server', (_request, response) => answer(response, 200, snapshot(settings), life));
  router.get('/options', (_request, response) =>
    answer(response, 200, { trackingId: trackingId(), services: SERVICES }, life),
  );
  router.get('/csr', async (request, response) => {
    const service = serviceOf(request);
    const csr = node.pendingCsr(service);
    if (csr === null) throw new Refusal(404, noSuchCsr(service));
    await answer(response, 200, { csr, trackingId: trackingId() }, life);
  });
  router.get('/identity/certificate', async (request, response) => {
    const service = serviceOf(request);
    const certificate = node.identity(service).certificatePem;
    await answer(response, 200, { service, certificate, trackingId: trackingId() }, life);
  });
  router.get('/trust/certificate', async (request, response) => {
    const certificates = trustData(node, serviceOf(request));
    const body = settings.quirks.trustList === 'array' ? certificates : { certificates, trackingId: trackingId() };
    await answer(response, 200, body, life);
  });
  return router;
}

function writes(settings: ApiSettings): Router {
  const { node, faults, exchanges, life } = settings;
  const router = Router();
  router.post('/csr', async (request, response) => {
    const body = parse(csrBody, request.body);
    await exchanges.reached('vos.csr.create', 'received');
    const csr = await node.createCsr(body);
    await exchanges.reached('vos.csr.create', 'done');
    await answer(response, 200, { csr, trackingId: trackingId() }, life);
  });
  router.post('/identity/certificates', async (request, response) => {
    const body = parse(identityBody, request.body);
    await exchanges.reached('vos.identity.upload', 'received');
    node.uploadIdentity(body.service, body.certificates);
    await exchanges.reached('vos.identity.upload', 'done');
    if (!faults.has('identity-timeout-but-stored')) await confirm(response, settings);
  });
  router.post('/trust/certificates', async (request, response) => {
    const body = parse(trustBody, request.body);
    await exchanges.reached('vos.trust.upload', 'received');
    const added = node.uploadTrust(body.service, body.certificates);
    if (added > 0) await exchanges.reached('vos.trust.upload', 'done');
    await confirm(response, settings);
  });
  return router;
}

async function confirm(response: Response, { quirks, life }: ApiSettings): Promise<void> {
  const text = 'Certificate Uploaded. Restart the Cisco Tomcat web service using the CLI';
  await answer(response, quirks.uploadStatus, { messages: [text], trackingId: trackingId() }, life);
}

function snapshot({ node, quirks }: ApiSettings): unknown {
  return {
    trackingId: trackingId(),
    server: node.name,
    identities: SERVICES.map((service) => ({
      service,
      certificate: node.identity(service).certificatePem,
      ...csrField(node.pendingCsr(service), quirks),
    })),
    trusts: node.trustServices.map((service) => ({
      service: trustName(service, quirks),
      certificate_data: trustData(node, service),
    })),
    revokedCertificates: [],
  };
}

function csrField(csr: string | null, quirks: Quirks): { csr?: string | null } {
  if (csr !== null) return { csr };
  if (quirks.absentCsr === 'omitted') return {};
  return { csr: quirks.absentCsr === 'null' ? null : '' };
}

function trustName(service: Service, quirks: Quirks): string {
  return quirks.trustName === 'tomcat-trust' ? `${service}-trust` : service;
}

function trustData(node: VosNode, service: string): readonly unknown[] {
  return node.trust(service).certificates.map((certificate) => ({
    filename: `${(certificate.commonName ?? certificate.sha256).replaceAll(/[^A-Za-z0-9.-]/g, '_')}.pem`,
    certificate: certificate.pem,
  }));
}

function serviceOf(request: Request): string {
  return parse(serviceQuery, request.query).service;
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refusal(400, TEXTS.invalidJson);
  return result.data;
}
