import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { X509Certificate } from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import { suggestedWindow } from './ari.ts';
import { AcmeClient, type Reply } from './testing/acme-client.ts';
import { certIdOfPem } from './testing/cert-id.ts';
import { newCsr } from './testing/csr.ts';
import { useCaSim } from './testing/fixture.ts';
import { obtain, proveAll } from './testing/issuance.ts';

const DAY = 86_400_000;

const fixture = useCaSim({ leafDays: 64 });
let client: AcmeClient;

beforeAll(async () => {
  client = await AcmeClient.registered(fixture().ca);
});

async function pemOf(order: Reply): Promise<string> {
  return (await client.read(order.json.certificate)).text;
}

async function renewalInfo(pem: string): Promise<Reply> {
  return client.send('GET', `${client.url('renewalInfo')}/${certIdOfPem(pem)}`);
}

describe('renewal information', () => {
  test('suggests two thirds of the life, and when to ask again', async () => {
    const pem = await pemOf(await obtain(client, fixture().dns, ['ari.example.com']));

    const reply = await renewalInfo(pem);

    const { start, end } = reply.json.suggestedWindow;
    const middle = (Date.parse(start) + Date.parse(end)) / 2;
    const { notBefore, notAfter } = new X509Certificate(pem);
    expect((middle - notBefore.getTime()) / (notAfter.getTime() - notBefore.getTime())).toBeCloseTo(2 / 3, 4);
    expect(Date.parse(end) - Date.parse(start)).toBeCloseTo(0.02 * 64 * DAY, -5);
    expect(reply.headers['retry-after']).toBe('21600');
  });

  test('suggests half of the life when that is short', () => {
    const { start, end } = suggestedWindow({ notBefore: new Date(0), notAfter: new Date(6 * DAY) });

    expect((start.getTime() + end.getTime()) / 2).toBe(3 * DAY);
  });

  test('is not there for a certificate of another CA', async () => {
    const reply = await client.send('GET', `${client.url('renewalInfo')}/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE`);

    expect(reply.status).toBe(404);
  });

  test('asks to replace a revoked certificate at once, and says why', async () => {
    const pem = await pemOf(await obtain(client, fixture().dns, ['bad.example.com']));
    await client.post(client.url('revokeCert'), { certificate: derOf(pem), reason: 1 });

    const reply = await renewalInfo(pem);

    expect(Date.parse(reply.json.suggestedWindow.end)).toBeLessThanOrEqual(Date.now());
    expect(reply.json.explanationURL).toMatch(/^https:/);
  });
});

describe('revokeCert', () => {
  test.each([
    { by: 'its account', twice: false },
    { by: 'its account, twice', twice: true },
  ])('by $by', async ({ twice }) => {
    const certificate = derOf(await pemOf(await obtain(client, fixture().dns, ['revoked.example.com'])));

    const first = await client.post(client.url('revokeCert'), { certificate });
    const second = twice ? await client.post(client.url('revokeCert'), { certificate }) : null;

    expect(first.status).toBe(200);
    expect(second?.json.type).toBe(twice ? 'urn:ietf:params:acme:error:alreadyRevoked' : undefined);
  });

  test('by the key of the certificate, without an account', async () => {
    const order = await proveAll(client, fixture().dns, await client.order(['by-key.example.com']));
    const { der, privateKey } = await newCsr({ dnsNames: ['by-key.example.com'] });
    const valid = await client.post(order.json.finalize, { csr: der.toString('base64url') });
    const certificate = derOf(await pemOf(valid));
    const key = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));

    const reply = await client.post(client.url('revokeCert'), { certificate }, { signWith: 'jwk', key });

    expect(reply.status).toBe(200);
  });

  test('by an account that has proved its names', async () => {
    const certificate = derOf(await pemOf(await obtain(client, fixture().dns, ['moved.example.com'])));
    const stranger = await AcmeClient.registered(fixture().ca);

    const before = await stranger.post(stranger.url('revokeCert'), { certificate });
    await proveAll(stranger, fixture().dns, await stranger.order(['moved.example.com']));
    const after = await stranger.post(stranger.url('revokeCert'), { certificate });

    expect([before.status, after.status]).toEqual([403, 200]);
  });

  test('not for a reason that subscribers have no right to', async () => {
    const certificate = derOf(await pemOf(await obtain(client, fixture().dns, ['reason.example.com'])));

    const reply = await client.post(client.url('revokeCert'), { certificate, reason: 2 });

    expect(reply.json.type).toBe('urn:ietf:params:acme:error:badRevocationReason');
  });
});

function derOf(pem: string): string {
  return Buffer.from(new X509Certificate(pem).rawData).toString('base64url');
}
