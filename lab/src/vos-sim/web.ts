import express, { type Express, type RequestHandler } from 'express';
import type { Accounts } from './accounts.ts';
import { errorAnswers } from './answers.ts';
import { type ApiSettings, everyOther503, reads, writes } from './api.ts';
import type { NodeClock } from './clock.ts';
import { gate } from './gate.ts';
import { Refusal, TEXTS } from './refusal.ts';

export interface WebSettings extends ApiSettings {
  readonly accounts: Accounts;
  readonly now: NodeClock;
  /** The Control Center service. */
  readonly controlCenter: RequestHandler;
}

const CONFIG = '/platformcom/api/v1/certmgr/config';
const CONTROL_CENTER = '/controlcenterservice2/services/ControlCenterServices';

/**
 * What Tomcat answers: the certificate management API and the Control Center service.
 *
 * @see https://developer.cisco.com/docs/certificate-management/getting-started
 */
export function web(settings: WebSettings): Express {
  const { accounts, faults, life, now, controlCenter } = settings;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((_request, response, next) => {
    response.set('Date', new Date(now()).toUTCString());
    next();
  });
  app.use(CONTROL_CENTER, controlCenter);
  app.use(CONFIG, everyOther503(faults), gate(accounts), express.json({ limit: '256kb' }));
  app.use(CONFIG, reads(settings), writes(settings));
  app.use(() => {
    throw new Refusal(404, TEXTS.notFound);
  });
  app.use(errorAnswers(life));
  return app;
}
