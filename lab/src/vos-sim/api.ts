import { X509Certificate } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Exchanges } from '../exchanges.ts';
import type { FaultView } from '../faults.ts';
import { answer } from './answers.ts';
import { type Quirks, trackingId } from './chance.ts';
import type { ClusterMembers, Member } from './cluster-members.ts';
import { createMultiServerCsr, distribute } from './multi-server.ts';
import type { VosNode } from './node.ts';
import { noSuchCsr, Refusal, TEXTS } from './refusal.ts';
import { type CsrBody, csrBody, identityBody, serviceQuery, trustBody } from './schema.ts';
import type { TrustName } from './slots.ts';
import { replicateTrust } from './trust-replication.ts';

/** Extended key usage, RFC 5280 section 4.2.1.12. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export interface ApiSettings {
  readonly self: Member;
  readonly cluster: ClusterMembers;
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  readonly quirks: Quirks;
  /** Null: trust certificates stay on the node that got them. */
  readonly trustReplicationMs: number | null;
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

/** The fault `api-503`: the first of two requests is turned away. */
export function everyOther503(faults: FaultView): RequestHandler {
  let requests = 0;
  return (_request, _response, next) => {
    if (faults.has('api-503')) requests += 1;
    if (faults.has('api-503') && requests % 2 === 1) throw new Refusal(503, TEXTS.unavailable);
    next();
  };
}

/** One certificate is read under a singular path, and uploaded under a plural one. */
export function reads(settings: ApiSettings): Router {
  const { life, self } = settings;
  const { node } = self;
  const router = Router();
  router.get('/snapshot/server', async (_request, response) => {
    const body = snapshot(settings);
    await overwriteWhatWasRead(
      settings,
      node.slots.map(({ name }) => name),
    );
    await answer(response, 200, body, life);
  });
  router.get('/options', (_request, response) =>
    answer(response, 200, { trackingId: trackingId(), services: node.slots.map(({ name }) => name) }, life),
  );
  router.get('/csr', async (request, response) => {
    const service = serviceOf(request);
    const csr = node.pendingCsr(service);
    if (csr === null) throw new Refusal(404, noSuchCsr(service));
    await overwriteWhatWasRead(settings, [service]);
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

export function writes(settings: ApiSettings): Router {
  const { self, cluster, faults, exchanges, life } = settings;
  const { node } = self;
  const router = Router();
  router.post('/csr', async (request, response) => {
    const body = parse(csrBody, request.body);
    await exchanges.reached('vos.csr.create', 'received');
    const csr = await createCsr(body, settings);
    await exchanges.reached('vos.csr.create', 'done');
    await answer(response, 200, { csr, trackingId: trackingId() }, life);
  });
  router.post('/identity/certificates', async (request, response) => {
    const body = parse(identityBody, request.body);
    await exchanges.reached('vos.identity.upload', 'received');
    if (settings.quirks.serverAuthOnly === 'refused') refuseServerAuthOnly(body.certificates);
    const nodes = distribute(node.uploadIdentity(body.service, body.certificates), self, cluster);
    await exchanges.reached('vos.identity.upload', 'done');
    if (!faults.has('identity-timeout-but-stored')) await confirm(response, settings, nodes);
  });
  router.post('/trust/certificates', async (request, response) => {
    const body = parse(trustBody, request.body);
    await exchanges.reached('vos.trust.upload', 'received');
    const added = node.uploadTrust(body.service, body.certificates);
    replicateTrust({ self, cluster, delayMs: settings.trustReplicationMs, life }).catch(() => undefined);
    if (added > 0) await exchanges.reached('vos.trust.upload', 'done');
    await confirm(response, settings, []);
  });
  return router;
}

/** @throws Refusal when the first certificate cannot be used by a client */
function refuseServerAuthOnly([leaf = '']: readonly string[]): void {
  const { keyUsage = [] } = new X509Certificate(leaf);
  if (!keyUsage.includes(CLIENT_AUTH)) throw new Refusal(400, TEXTS.clientAuthMissing);
}

/** The cluster knows one of the two spellings that were seen; the other one is as wrong as any. */
async function createCsr(body: CsrBody, { self, cluster, quirks }: ApiSettings): Promise<string> {
  const isOtherKeyType = quirks.ecKeyType !== 'either' && body.keyType !== quirks.ecKeyType;
  if (isOtherKeyType && (body.keyType === 'ec' || body.keyType === 'ecdsa')) throw new Refusal(400, TEXTS.invalidJson);
  if (body.distribution === 'this-server') return await self.node.createCsr(body);
  if (body.distribution !== quirks.multiServer) throw new Refusal(400, TEXTS.invalidJson);
  return await createMultiServerCsr(body, self, cluster);
}

/** The fault `csr-overwritten`: what the client is about to read is out of date when it gets it. */
async function overwriteWhatWasRead({ self, faults }: ApiSettings, services: readonly string[]): Promise<void> {
  const service = services.find((one) => self.node.pendingCsr(one) !== null);
  if (service !== undefined && faults.take('csr-overwritten')) await self.node.overwriteCsr(service);
}

/** `nodes`: who has a new certificate. */
async function confirm(response: Response, { quirks, life }: ApiSettings, nodes: readonly string[]): Promise<void> {
  const text = 'Certificate Uploaded. Restart the Cisco Tomcat web service using the CLI';
  const messages = nodes.length > 1 ? [text, `Certificate is present on: ${nodes.join(', ')}`] : [text];
  await answer(response, quirks.uploadStatus, { messages, trackingId: trackingId() }, life);
}

function snapshot({ self: { node }, quirks }: ApiSettings): unknown {
  return {
    trackingId: trackingId(),
    server: node.name,
    identities: node.slots.map(({ name }) => ({
      service: name,
      certificate: node.identity(name).certificatePem,
      ...csrField(node.pendingCsr(name), quirks),
    })),
    trusts: node.trustStores.map((store) => ({
      service: trustName(store, quirks),
      certificate_data: trustData(node, store),
    })),
    revokedCertificates: [],
  };
}

function csrField(csr: string | null, quirks: Quirks): { csr?: string | null } {
  if (csr !== null) return { csr };
  if (quirks.absentCsr === 'omitted') return {};
  return { csr: quirks.absentCsr === 'null' ? null : '' };
}

function trustName(store: TrustName, quirks: Quirks): string {
  return quirks.trustName === 'tomcat-trust' ? `${store}-trust` : store;
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
