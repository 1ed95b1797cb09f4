import { Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { AccountPage } from './account/account-page.tsx';
import { ActivityPage } from './activity/activity-page.tsx';
import { CertificatePage } from './certificates/certificate-page.tsx';
import { CertificatesPage } from './certificates/certificates-page.tsx';
import { ConnectionPage } from './connections/connection-page.tsx';
import { ConnectionsPage } from './connections/connections-page.tsx';
import { DashboardPage } from './dashboard/dashboard-page.tsx';
import { DnsPage } from './dns/dns-page.tsx';
import { PlanPage } from './plan/plan-page.tsx';
import { RenewalDialogs } from './renewal/renewal-dialogs.tsx';
import { RenewalPage } from './renewal/renewal-page.tsx';
import { RenewalsPage } from './renewal/renewals-page.tsx';
import { SettingsPage } from './settings/settings-page.tsx';
import { Empty } from './ui/empty.tsx';
import { Page } from './ui/page.tsx';

/** The form generator is large and seldom needed. */
const RequestPage = lazy(() => import('./certificates/request-page.tsx'));
const ConnectionFormPage = lazy(() => import('./connection-form/connection-form-page.tsx'));

export function Pages() {
  return (
    <Suspense fallback={<Loader size="sm" aria-label="Loading" />}>
      <Switch>
        <Route path="/" component={DashboardPage} />
        <Route path="/connections" component={ConnectionsPage} />
        <Route path="/connections/new">
          <ConnectionFormPage id={null} />
        </Route>
        <Route path="/connections/:id/edit">{({ id }) => <ConnectionFormPage id={Number(id)} />}</Route>
        <Route path="/connections/:id">{({ id }) => <ConnectionPage id={Number(id)} />}</Route>
        <Route path="/renewals" component={RenewalsPage} />
        <Route path="/renewals/:id">{({ id }) => <RenewalPage id={id} />}</Route>
        <Route path="/plan" component={PlanPage} />
        <Route path="/certificates" component={CertificatesPage} />
        <Route path="/certificates/request">
          <RequestPage />
        </Route>
        <Route path="/certificates/:sha256">{({ sha256 }) => <CertificatePage sha256={sha256} />}</Route>
        <Route path="/dns" component={DnsPage} />
        <Route path="/activity" component={ActivityPage} />
        <Route path="/account" component={AccountPage} />
        <Route path="/setup">
          <Redirect to="/" replace />
        </Route>
        <Route path="/settings">
          <SettingsPage path={null} />
        </Route>
        <Route path="/settings/:path">{({ path }) => <SettingsPage path={path} />}</Route>
        <Route>
          <Page title="Nothing is here">
            <Empty title="This address leads nowhere">
              <Link href="/">To the dashboard</Link>
            </Empty>
          </Page>
        </Route>
      </Switch>
      <RenewalDialogs />
    </Suspense>
  );
}
