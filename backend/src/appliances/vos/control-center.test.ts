import { beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { makeCertificate, type TestCertificate } from '../../plugins/testing/certificates.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import { ControlCenter } from './control-center.ts';
import { type Script, startApi } from './testing/fake-node.ts';

const never = new AbortController().signal;
const PASSWORD = 'serviceability & co';
const CALL = 'POST /controlcenterservice2/services/ControlCenterServices';
const SERVICE = 'Cisco DRF Local';

let certificate: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate({ commonName: 'cucm.example.com' });
});

const startNode = (answer: Script[string]) => startApi(certificate, { [CALL]: answer });

function controlAt(port: number, password = PASSWORD): ControlCenter {
  const http = createHttpFactory()({ trust: { mode: 'pin', sha256: [certificate.sha256] }, timeoutMs: 10_000 });
  return new ControlCenter({
    http,
    host: '127.0.0.1',
    name: 'cucm-sub1',
    port,
    user: 'axl',
    password: new Secret(password),
  });
}

function answered(service: string, status: string, reason = ''): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><ns1:soapResponse xmlns:ns1="y"><ns1:return>
    <ns1:ServiceInfoList><ns1:item><ns1:ServiceName>Cisco A &amp; B</ns1:ServiceName><ns1:ServiceStatus>Started</ns1:ServiceStatus></ns1:item>
    <ns1:item><ns1:ServiceName>${service}</ns1:ServiceName><ns1:ServiceStatus>${status}</ns1:ServiceStatus>
    <ns1:ReasonCode>-1</ns1:ReasonCode><ns1:ReasonCodeString>${reason}</ns1:ReasonCodeString></ns1:item>
    </ns1:ServiceInfoList></ns1:return></ns1:soapResponse></s:Body></s:Envelope>`;
}

const fault = (words: string) =>
  `<e:Envelope><e:Body><e:Fault><faultstring>${words}</faultstring></e:Fault></e:Body></e:Envelope>`;

async function restart(control: ControlCenter): Promise<number> {
  let accepted = 0;
  const count = async () => {
    accepted += 1;
  };
  await control.restart(SERVICE, count, 300, never);
  return accepted;
}

test('every printable character of a password is sent as it is', async () => {
  const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  await using node = await startNode(() => [200, answered(SERVICE, 'Started')]);

  await controlAt(node.port, password).status(SERVICE, never);

  const [, sent = ''] = /authorization: Basic (\S+)/i.exec(node.received) ?? [];
  expect(Buffer.from(sent, 'base64').toString('utf8')).toBe(`axl:${password}`);
});

describe('a restart', () => {
  test('is asked for once, with basic credentials, and accepted when the node says so', async () => {
    await using node = await startNode(() => [200, answered(SERVICE, 'Started')]);

    const accepted = await restart(controlAt(node.port));

    expect(accepted).toBe(1);
    expect(node.received.match(/<soap:ControlType>Restart<\/soap:ControlType>/g)).toHaveLength(1);
    expect(node.received).toContain(`<soap:item>${SERVICE}</soap:item>`);
    expect(node.received).toMatch(/SOAPAction: soapDoControlServices/i);
    expect(node.received).toContain(`Basic ${Buffer.from(`axl:${PASSWORD}`).toString('base64')}`);
  });

  test.each([
    ['stopped', 200, answered(SERVICE, 'Stopped', 'Component is not running'), 'ACTIVATION_FAILED', 'not running'],
    ['not activated', 200, answered(SERVICE, 'Not Activated'), 'ACTIVATION_FAILED', 'Not Activated'],
    ['unmentioned', 200, answered('Cisco Tftp', 'Started'), 'ACTIVATION_FAILED', 'nothing'],
    ['denied', 401, '', 'APPLIANCE_DENIED', 'serviceability account'],
    ['forbidden', 403, '', 'APPLIANCE_FORBIDDEN', 'does not let'],
    ['refused', 500, fault('No such service'), 'APPLIANCE_REFUSED', 'No such service'],
    ['rate-limited', 500, fault('Exceeded allowed rate for Reatime information'), 'APPLIANCE_BUSY', 'too often'],
    ['rate-limited by status', 503, 'Exceeded allowed rate', 'APPLIANCE_BUSY', 'too often'],
    ['busy', 503, '', 'APPLIANCE_BUSY', 'cannot do that now'],
  ])('that is %s is not accepted', async (_, status, body, code, words) => {
    await using node = await startNode(() => [status, body]);

    const failure = await restart(controlAt(node.port)).catch((error) => error);

    expect(failure).toMatchObject({ code, message: expect.stringMatching(/^cucm-sub1 /) });
    expect(failure.message).toContain(words);
  });

  test('without an answer is unreachable', async () => {
    await expect(restart(controlAt(1))).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });

  test('that repeats the password does not show it', async () => {
    await using node = await startNode(() => [500, fault(`"${PASSWORD}" is no password`)]);

    const failure = await restart(controlAt(node.port)).catch((error) => error);

    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain(PASSWORD);
  });
});

test.each([
  ['Started', 'done'],
  ['Starting', 'running'],
  ['Stopped', 'running'],
])('a service that is %s is %s', async (state, status) => {
  await using node = await startNode(() => [200, answered(SERVICE, state)]);

  expect(await controlAt(node.port).status(SERVICE, never)).toBe(status);
  expect(await controlAt(node.port).status('Cisco A & B', never)).toBe('done');
  expect(await controlAt(node.port).status('Cisco Nothing', never)).toBe('unknown');
});
