import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import type { FaultView } from '../../faults.ts';
import { pause, pieces, type Quirks } from '../chance.ts';
import { basicCredentials, type Credentials } from '../gate.ts';
import type { VosNode } from '../node.ts';
import type { ServiceManager } from '../service-manager.ts';
import { type ServiceState, STOPPED_SERVICES, TOMCAT } from '../services.ts';
import { envelope, faultEnvelope, type Node, operationIn, SoapFault } from './envelope.ts';
import { childOf, childrenOf, type XmlElement } from './xml.ts';

export interface ControlCenterSettings {
  readonly node: VosNode;
  readonly host: string;
  readonly services: () => ServiceManager;
  /** An application user, not an account of the platform; null: there is none. */
  readonly user: Credentials | null;
  readonly faults: FaultView;
  readonly quirks: Quirks;
  readonly life: AbortSignal;
}

const NON_STOP = ['Cisco DB', TOMCAT];
const WORDS: Readonly<Record<ServiceState, string>> = {
  STARTED: 'Started',
  STARTING: 'Starting',
  STOPPING: 'Stopping',
};
const TOO_OFTEN =
  'Exceeded allowed rate for Control Center information. Current allowed rate for control center information is 15 requests per minute.';

/** The service that starts and stops services. The web server itself is out of its reach. */
export function controlCenter(settings: ControlCenterSettings): RequestHandler {
  const { faults, life } = settings;
  const router = Router();
  let requests = 0;
  router.use((request, response, next) => {
    if (!isUser(request, settings.user)) return refuseLogIn(response);
    if (faults.has('soap-rate-limited')) requests += 1;
    if (faults.has('soap-rate-limited') && requests % 2 === 1) return refuseForRate(response, settings.quirks);
    next();
  });
  router.post('/', express.text({ type: ['text/xml', 'application/soap+xml'] }), async (request, response) => {
    const operation = operationIn(typeof request.body === 'string' ? request.body : '');
    checkAction(request, operation.name);
    const body = await perform(operation, settings);
    await send(response, 200, envelope(body, settings.quirks.soapPrefix), life);
  });
  router.use(faultAnswers(life));
  return router;
}

async function perform(operation: XmlElement, settings: ControlCenterSettings): Promise<Node> {
  if (operation.name === 'soapGetServiceStatus') return statusAnswer(operation, settings);
  if (operation.name === 'soapDoControlServices') return await control(operation, settings);
  throw new SoapFault('Client', `No such operation '${operation.name}'`);
}

/** Names come repeated, or as items of one list; none means all. */
function statusAnswer(operation: XmlElement, { services, node }: ControlCenterSettings): Node {
  const lists = childrenOf(operation, 'ServiceStatus');
  const asked = lists.flatMap((list) => [list.text, ...childrenOf(list, 'item').map(({ text }) => text)]);
  const names = asked.filter((name) => name !== '');
  const all = [...services().names, ...Object.keys(STOPPED_SERVICES)];
  return answerNode('soapGetServiceStatus', names.length > 0 ? names : all, services(), node);
}

async function control(operation: XmlElement, settings: ControlCenterSettings): Promise<Node> {
  const { services, node, host, quirks } = settings;
  const request = childOf(operation, 'ControlServiceRequest');
  const names = childrenOf(childOf(request, 'ServiceList'), 'item').map(({ text }) => text);
  checkControl(childOf(request, 'ControlType')?.text, names);
  const target = childOf(request, 'NodeName')?.text ?? '';
  if (target !== '' && ![node.name, node.shortName, host].includes(target)) {
    throw new SoapFault('Server', `Node ${target} is not served here`);
  }
  const restarts = names.filter((name) => services().has(name)).map((name) => restartOf(name, services()));
  await Promise.all(restarts.map(({ begun, ended }) => (quirks.controlAnswer === 'at-once' ? begun : ended)));
  return answerNode('soapDoControlServices', names, services(), node);
}

function checkControl(type: string | undefined, names: readonly string[]): void {
  if (type !== 'Restart') throw new SoapFault('Server', `The lab does not do ControlType '${type ?? ''}'`);
  if (names.length === 0) throw new SoapFault('Client', 'ServiceList is empty');
  if (names.some((name) => NON_STOP.includes(name))) {
    throw new SoapFault(
      'Server',
      "The method does not allow clients to stop non-stop services such as 'Cisco DB' and 'Cisco Tomcat'",
    );
  }
}

function restartOf(name: string, services: ServiceManager): { begun: Promise<void>; ended: Promise<void> } {
  let ended: Promise<void> = Promise.resolve();
  const begun = new Promise<void>((resolve, reject) => {
    ended = services.restart(name, () => resolve());
    ended.catch(reject);
  });
  begun.catch(() => undefined);
  return { begun, ended };
}

function answerNode(operation: string, names: readonly string[], services: ServiceManager, node: VosNode): Node {
  const items = names.map((name): Node => ['item', itemOf(name, services)]);
  const fields: readonly Node[] = [
    ['ReturnCode', '0'],
    ['ReasonCode', '-1'],
    ['ReasonString', ''],
    ['ServiceInfoList', items],
  ];
  return [`${operation}Response`, [[`${operation}Return`, [...fields, ['NodeName', node.shortName]]]]];
}

/** A name that is no service's is answered like a service that does not run. */
function itemOf(name: string, services: ServiceManager): readonly Node[] {
  const reason = STOPPED_SERVICES[name] ?? '';
  const stopped = reason === 'Service Not Activated' ? 'Not Activated' : 'Stopped';
  const isKnown = services.has(name);
  return [
    ['ServiceName', name],
    ['ServiceStatus', isKnown ? WORDS[services.state(name)] : stopped],
    ['ReasonCode', isKnown ? '-1' : '-1019'],
    ['ReasonCodeString', isKnown ? ' ' : reason || 'Component is not running'],
    ['StartTime', ''],
    ['UpTime', '-1'],
  ];
}

function checkAction(request: Request, operation: string): void {
  const action = (request.get('soapaction') ?? '').replaceAll('"', '');
  if (!action.endsWith(operation)) throw new SoapFault('Client', `The SOAPAction is '${action}', not '${operation}'`);
}

function isUser(request: Request, user: Credentials | null): boolean {
  const given = basicCredentials(request.get('authorization'));
  return given !== null && user !== null && given.user === user.user && given.password === user.password;
}

function refuseLogIn(response: Response): void {
  response.status(401).set('WWW-Authenticate', 'Basic realm="Cisco Unified Communications Manager"').type('html');
  response.send('<html><head><title>HTTP Status 401</title></head><body><h1>Unauthorized</h1></body></html>');
}

function refuseForRate(response: Response, { rateLimit }: Quirks): void {
  if (rateLimit === 'fault') throw new SoapFault('Server', TOO_OFTEN);
  response.status(503).type('html').send(`<html><body><h1>HTTP Status 503</h1>${TOO_OFTEN}</body></html>`);
}

/** SOAP 1.1 answers faults with status 500. */
function faultAnswers(life: AbortSignal): ErrorRequestHandler {
  return async (error: unknown, _request, response, next) => {
    if (life.aborted || response.headersSent) return next(error);
    const fault = error instanceof SoapFault ? error : new SoapFault('Server', 'Internal error');
    await send(response, 500, faultEnvelope(fault), life);
  };
}

async function send(response: Response, status: number, document: string, life: AbortSignal): Promise<void> {
  await pause(5, 40, life);
  response.status(status).type('text/xml');
  for (const part of pieces(document, 1, 3)) {
    response.write(part);
    await pause(0, 3, life);
  }
  response.end();
}
