import express, { type Express, Router } from 'express';
import type { App } from '../app.ts';
import type { Secret } from '../domain/secret.ts';
import { accessSettingsRouter } from './access-settings.ts';
import { accountsRouter } from './accounts.ts';
import { activityRouter } from './activity.ts';
import { appliancesRouter } from './appliances.ts';
import { auditRouter } from './audit.ts';
import { audited } from './audited.ts';
import { backupsRouter } from './backups.ts';
import { bulkRouter } from './bulk.ts';
import { calendarsRouter } from './calendars.ts';
import { certificateActionsRouter } from './certificate-actions.ts';
import { certificatesRouter } from './certificates.ts';
import { challengeHandler } from './challenge.ts';
import { checked } from './checked.ts';
import { clusterRouter } from './cluster.ts';
import { connectionListRouter } from './connection-list.ts';
import { connectionsRouter } from './connections.ts';
import { cors } from './cors.ts';
import { credentialsRouter } from './credentials.ts';
import { dashboardRouter } from './dashboard.ts';
import { dnsRouter } from './dns.ts';
import { evidenceRouter } from './evidence.ts';
import { explanationRouter, explanationsRouter } from './explanation.ts';
import { contentSecurity, frontendRouter, storedNowhere } from './frontend.ts';
import { authenticate, needs } from './guard.ts';
import { healthRouter } from './health.ts';
import { labRouter } from './lab.ts';
import { managedCertificatesRouter } from './managed-certificates.ts';
import { metricsHandler } from './metrics.ts';
import { noticesRouter } from './notices.ts';
import { notificationRulesRouter } from './notification-rules.ts';
import { notifiersRouter } from './notifiers.ts';
import { apiPage, openApiRouter } from './openapi.ts';
import { planRouter } from './plan.ts';
import { pluginsRouter } from './plugins.ts';
import { notFound, problemHandler } from './problem.ts';
import { addressLimit, callerLimit } from './rate-limit.ts';
import { renewalsRouter } from './renewals.ts';
import { requestLog } from './request-log.ts';
import { refuseUndeclared } from './route-table.ts';
import { hideTheUnseen } from './scope.ts';
import { secondFactorRouter } from './second-factor.ts';
import { servedRouter } from './served.ts';
import { sessionRouter } from './session.ts';
import { setUpRouter } from './set-up.ts';
import { singleSignOnRouter } from './single-sign-on.ts';
import { streamRouter } from './stream.ts';
import { tokensRouter } from './tokens.ts';
import { transferRouter } from './transfer.ts';
import { usersRouter } from './users.ts';
import { wordsRouter } from './words.ts';

interface HttpAppOptions {
  readonly app: App;
  readonly accessToken: Secret;
  /** Absolute path of the web UI's files. */
  readonly frontendDir: string;
}

/** Everything that is answered over HTTP, in this order. */
export function createHttpApp({ app, accessToken, frontendDir }: HttpAppOptions): Express {
  const http = express();
  http.disable('x-powered-by');
  http.set('trust proxy', [...app.config.trustedProxies]);
  http.use(contentSecurity(app.config));
  http.use(requestLog(app));
  const [byAddress, byCaller] = [addressLimit(app), callerLimit(app)];
  http.use(healthRouter(app));
  http.use(challengeHandler(app.board));
  const api = apiRouter(app);
  refuseUndeclared(api, '/api/v1');
  const who = authenticate(app.access, accessToken, app.config.publicUrl);
  http.use('/metrics', byAddress, who, byCaller);
  http.get('/metrics', needs('viewer', 'installation'), metricsHandler(app));
  http.use(
    '/api/v1',
    storedNowhere,
    cors(app.config.corsOrigins),
    byAddress,
    who,
    byCaller,
    audited(app.store, app.log),
    hideTheUnseen(app.store),
    checked(api, app),
    api,
  );
  http.get('/api/docs', needs('anyone'), apiPage(api));
  http.use(frontendRouter(frontendDir));
  http.use(notFound);
  http.use(problemHandler(app.log));
  return http;
}

/** Every route of /api/v1. */
export function apiRouter(app: App): Router {
  const router = Router();
  router.use('/session/totp', secondFactorRouter(app));
  router.use('/session/oidc', singleSignOnRouter(app));
  router.use('/session', sessionRouter(app));
  router.use('/setup', setUpRouter(app));
  router.use('/users', usersRouter(app));
  router.use('/tokens', tokensRouter(app));
  router.use('/access', accessSettingsRouter(app));
  router.use('/connections', transferRouter(app), connectionListRouter(app), connectionsRouter(app));
  router.use('/connections', servedRouter(app), clusterRouter(app), explanationRouter(app));
  router.use('/dashboard', dashboardRouter(app));
  router.use('/certificates', managedCertificatesRouter(app), certificatesRouter(app), certificateActionsRouter(app));
  router.use('/bulk', bulkRouter(app));
  router.use('/calendars', calendarsRouter(app));
  router.use('/explanations', explanationsRouter(app));
  router.use('/renewals', renewalsRouter(app), evidenceRouter(app));
  router.use('/events', streamRouter(app));
  router.use('/activity', activityRouter(app));
  router.use('/appliances', appliancesRouter(app));
  router.use('/credentials', credentialsRouter(app));
  router.use('/plan', planRouter(app));
  router.use('/audit', auditRouter(app));
  router.use('/backups', backupsRouter(app));
  router.use('/issuers', accountsRouter(app, 'issuer', '/issuers'));
  router.use('/dns-accounts', accountsRouter(app, 'dns', '/dns-accounts'));
  router.use('/lab', labRouter(app));
  router.use('/plugins', pluginsRouter());
  router.use('/notifiers', notifiersRouter(app));
  router.use('/notification-rules', notificationRulesRouter(app));
  router.use('/notices', noticesRouter(app));
  router.use('/words', wordsRouter());
  router.use('/dns', dnsRouter(app));
  router.use('/openapi.json', openApiRouter(router));
  return router;
}
