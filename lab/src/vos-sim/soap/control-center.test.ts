import { once } from 'node:events';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VosSim } from '../index.ts';
import { eventually, install, type Lab, newCa, servedAt, startLab } from '../testing.ts';
import { childOf, childrenOf, parseXml, type XmlElement } from './xml.ts';

const PATH = '/controlcenterservice2/services/ControlCenterServices';
const AXL = 'axl:soap & water';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ quirks: { controlAnswer: 'when-started', soapPrefix: 'outside' } });
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('a restart', () => {
  test('makes the new certificate the served one, and is counted', async () => {
    const ca = await newCa();
    await install(lab.sim, ca, 'CallManager');

    const answer = await ask(lab.sim, restartOf(['Cisco HAProxy']), 'soapDoControlServices');

    const [item] = itemsOf(answer, 'soapDoControlServices');
    const served = await servedAt(lab.sim, lab.sim.port('sip'));
    expect(answer.status).toBe(200);
    expect(item).toMatchObject({ ServiceName: 'Cisco HAProxy', ServiceStatus: 'Started' });
    expect(served.sha256).toBe(lab.sim.installedSha256('CallManager'));
    expect(lab.exchanges.count('vos.restart cucm-pub Cisco HAProxy')).toBe(1);
    expect(lab.exchanges.count('vos.restart')).toBe(0);
  });

  test.each(['Cisco Tomcat', 'Cisco DB'])('of %s is refused, and so is what came with it', async (service) => {
    const answer = await ask(lab.sim, restartOf(['Cisco Tftp', service]), 'soapDoControlServices');

    expect(answer.status).toBe(500);
    expect(faultOf(answer)).toContain('does not allow clients to stop non-stop services');
    expect([lab.sim.restarts(), lab.sim.restarts('Cisco Tftp')]).toEqual([0, 0]);
  });

  test('may be answered as soon as it has begun', async () => {
    await using own = await startLab({
      quirks: { controlAnswer: 'at-once', soapPrefix: 'everywhere' },
      restartMs: 1500,
    });

    const begun = await ask(own.sim, restartOf(['Cisco Tftp']), 'soapDoControlServices');

    expect(itemsOf(begun, 'soapDoControlServices')[0]?.ServiceStatus).toBe('Stopping');
    expect(own.sim.restarts('Cisco Tftp')).toBe(0);
    await eventually(() => expect(own.sim.restarts('Cisco Tftp')).toBe(1));
    const status = await ask(own.sim, statusOf('<soap:ServiceStatus>Cisco Tftp</soap:ServiceStatus>'));
    expect(itemsOf(status)[0]?.ServiceStatus).toBe('Started');
  });

  test('of a service that does not exist leaves it stopped', async () => {
    const answer = await ask(lab.sim, restartOf(['Cisco tftp']), 'soapDoControlServices');

    expect(itemsOf(answer, 'soapDoControlServices')[0]?.ServiceStatus).toBe('Stopped');
  });

  test('meant for another node is refused', async () => {
    const answer = await ask(lab.sim, restartOf(['Cisco Tftp'], 'cucm-sub1'), 'soapDoControlServices');

    expect(answer.status).toBe(500);
    expect(lab.sim.restarts('Cisco Tftp')).toBe(0);
  });
});

describe('the status', () => {
  test.each([
    '<soap:ServiceStatus>Cisco Tftp</soap:ServiceStatus><soap:ServiceStatus>Cisco HCS UC Monitor Service</soap:ServiceStatus>',
    '<soap:ServiceStatus><soap:item>Cisco Tftp</soap:item><soap:item>Cisco HCS UC Monitor Service</soap:item></soap:ServiceStatus>',
  ])('of the services in %s', async (names) => {
    const answer = await ask(lab.sim, statusOf(names));

    expect(itemsOf(answer).map(({ ServiceName, ServiceStatus }) => [ServiceName, ServiceStatus])).toEqual([
      ['Cisco Tftp', 'Started'],
      ['Cisco HCS UC Monitor Service', 'Not Activated'],
    ]);
  });

  test('of all services', async () => {
    const answer = await ask(lab.sim, statusOf('<soap:ServiceStatus/>'));

    expect(itemsOf(answer).map(({ ServiceName }) => ServiceName)).toContain('Cisco CallManager');
    expect(itemsOf(answer).length).toBeGreaterThan(20);
  });
});

describe('who and how', () => {
  test.each(['certadmin:colon:and ünicode', 'axl:guess'])('%s is not let in', async (auth) => {
    const answer = await ask(lab.sim, statusOf(''), 'soapGetServiceStatus', auth);

    expect(answer.status).toBe(401);
  });

  test('an application user is no platform account', async () => {
    const answer = await ask(lab.sim, '', '', AXL, '/platformcom/api/v1/certmgr/config/snapshot/server');

    expect(answer.status).toBe(401);
  });

  test.each([
    [statusOf(''), 'soapDoControlServices'],
    ['<a/>', 'a'],
    ['<a>', 'a'],
    [statusOf('').replaceAll('soapGetServiceStatus', 'soapDoEverything'), 'soapDoEverything'],
  ])('%j as %s is a fault', async (body, action) => {
    const answer = await ask(lab.sim, body, action);

    expect(answer.status).toBe(500);
    expect(faultOf(answer)).not.toBe('');
  });
});

test.each(['fault', 'status-503'] as const)('soap-rate-limited: every other request is a %s', async (rateLimit) => {
  await using own = await startLab({ quirks: { rateLimit } });
  own.faults.on('soap-rate-limited');

  const answers = [await ask(own.sim, statusOf('')), await ask(own.sim, statusOf(''))];

  expect(answers.map(({ status }) => status)).toEqual([rateLimit === 'fault' ? 500 : 503, 200]);
  expect(answers[0]?.text).toContain('Exceeded allowed rate');
});

interface SoapAnswer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  sim: VosSim,
  body: string,
  action = 'soapGetServiceStatus',
  auth = AXL,
  path = PATH,
): Promise<SoapAnswer> {
  const headers = {
    authorization: `Basic ${Buffer.from(auth).toString('base64')}`,
    ...(body === '' ? {} : { soapaction: `"${action}"`, 'content-type': 'text/xml;charset=UTF-8' }),
  };
  const method = body === '' ? 'GET' : 'POST';
  const options = { host: sim.host, port: sim.tomcatPort2, path, method, headers, agent: false };
  const outgoing = request({ ...options, rejectUnauthorized: false });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text };
}

function restartOf(services: readonly string[], node = 'cucm-pub'): string {
  const items = services.map((service) => `<soap:item>${service}</soap:item>`).join('');
  return inEnvelope(
    `<soap:soapDoControlServices><soap:ControlServiceRequest><soap:NodeName>${node}</soap:NodeName><soap:ControlType>Restart</soap:ControlType><soap:ServiceList>${items}</soap:ServiceList></soap:ControlServiceRequest></soap:soapDoControlServices>`,
  );
}

function statusOf(names: string): string {
  return inEnvelope(`<soap:soapGetServiceStatus>${names}</soap:soapGetServiceStatus>`);
}

function inEnvelope(body: string): string {
  return `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soap="http://schemas.cisco.com/ast/soap"><soapenv:Header/><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

function itemsOf({ text }: SoapAnswer, operation = 'soapGetServiceStatus'): readonly Record<string, string>[] {
  const response = childOf(childOf(parseXml(text), 'Body'), `${operation}Response`);
  const list = childOf(childOf(response, `${operation}Return`), 'ServiceInfoList');
  return childrenOf(list, 'item').map(fieldsOf);
}

function fieldsOf(item: XmlElement): Record<string, string> {
  return Object.fromEntries(item.children.map(({ name, text }) => [name, text]));
}

function faultOf({ text }: SoapAnswer): string {
  return childOf(childOf(childOf(parseXml(text), 'Body'), 'Fault'), 'faultstring')?.text ?? '';
}
