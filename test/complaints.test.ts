import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * What users of tools of this kind complained of in public, as far as it concerns schedules, retries and notices, each with the
 * titles of the tests that prevent it here. Complaints about other things (settings, drivers, secrets) are not listed.
 */
const PREVENTED: Readonly<Record<string, readonly string[]>> = {
  'every run deploys the same certificate again, and tells it again': [
    'no success that follows a success, and nothing that was not due',
    'has one renewal for each connection, whoever begins it',
  ],
  'a notice for every run, where only a failure and its end matter': [
    'a failure once, however often it fails again, and then once that it recovered',
  ],
  'the store shows another expiry than what is served': [
    'is not installed over a later one that somebody else put there',
    'is deployed again after a deployment that failed, without another certificate',
  ],
  'nobody says which name server said what': [
    'names the server that says SERVFAIL',
    'compares the serial of a lagging server with the newest',
    'names a server that answers without authority',
  ],
  'a certificate is issued again because the history was pruned': [
    'is not forgotten with the history of renewals',
    'outlives its connection',
  ],
  'a certificate is issued again because a field was edited': [
    'is deployed again after a deployment that failed, without another certificate',
    'is not issued again because somebody edited the connection',
  ],
  'a certificate is issued again because an appliance does not answer': [
    'is not issued again because nobody answers any more since it was verified',
    'is installed, and not issued again, when the appliance fell silent while it was installed',
  ],
  'a rule that never fires is accepted, and certificates expire silently': [
    'refuses what is frozen for ever, and names the freeze',
    'that would be closed for ever is refused, also for what its address says',
    'says that a window never opens',
  ],
  'the schedule stands still and nobody hears of it': [
    'that dies while the daemon runs is told of once, and when it runs again',
    'beats every three minutes while the schedule runs, and not when it does not',
    'notices that the schedule stands still',
  ],
  'what was issued is taken for deployed, so that it never gets there': [
    'installs a certificate that never got to the appliance, without another order',
    'restarts what was not restarted, without another certificate',
  ],
  'that a deployment cannot work is found out after three months': [
    'looks at a new connection at once, and begins nothing before people had time for a dry run',
  ],
  'success is told on days on which nothing was done': [
    'no success that follows a success, and nothing that was not due',
  ],
  'a failure before the CA was asked is retried like one that the CA counts': [
    'send to the test directory what the CA refused, and not a network that was down',
    'climbs a ladder that outlives the daemon',
  ],
  'nobody checks that the service serves the new certificate': [
    'is restarted for at most three times, days apart, and then left to a person',
    'waits for the opening, also over a restart of the daemon and a change of the calendar, and happens then',
  ],
  'a certificate that expired while the daemon was down is never renewed': [
    'renews an expired certificate (and is not waiting for one that is still valid)',
    'of 500 is caught up with after 40 days without a daemon: expired first, then what ends first, spread',
  ],
  'there are no notices before the end': [
    'an expiry at each threshold once, more important each time, and that it is over',
    'tells thresholds of expiry once each, and none of them before a renewal is due',
  ],
  'certificates are ordered every day': ['renews certificates of %d days for two years without one expiring'],
  'what cannot be reached is skipped, or judged by a copy that was never installed': [
    'does not take silence for a verdict, and tells it once, and once that it is over',
    'counts what was seen last when nobody answers: what expires behind a firewall is renewed',
  ],
  'a restart that failed or timed out ends as completed': [
    'is restarted for at most three times, days apart, and then left to a person',
  ],
  'a run that the end of the daemon cut off stays in progress for ever': [
    'goes on when a renewal ended without anybody telling',
    'counts an event once, also when the daemon died before it stored how far it had read',
  ],
  'everything runs at one fixed hour, and a failure waits for the next day untold': [
    'is not restarted on one day for having been set up on one day',
    'leaves time for more attempts before the end, where an attempt costs nobody anything',
  ],
  'Retry-After of the CA is text in a log': [
    'keeps to what a CA says that limits its rate, and recovers',
    'waits as long as the other side says',
  ],
  'a schedule issues every minute until the CA limits its rate': [
    'asks a CA without test directory at most once a day in the end',
    'does not use up what its CA allows for a registered domain',
  ],
  'a stale window of the CA makes five certificates in ten seconds': [
    'cannot issue five certificates in ten seconds for a stale window, nor in ten weeks more than three a week',
    'says nothing of another certificate',
  ],
  'a fixed hour between tries: too often for the CA, too late for people': [
    'never gets faster, begins within minutes and ends at days',
  ],
  'a backoff makes "renew now" do nothing': ['never stands in the way of a person'],
  'renewals happen during business hours': [
    'begins within the renewal window only, and says when that opens',
    'of 100 lives a year of faults: no expiry served, no limit exceeded, no duplicate issuance',
  ],
  'one blip of the network ends a challenge for good': ['never gets faster, begins within minutes and ends at days'],
  'a certificate that was issued and not deployed is never tried again, and the appliance expires': [
    'is deployed again after a deployment that failed, without another certificate',
  ],
  'a failed renewal moves the next one by weeks, and the certificate expires': [
    'does not go over the end of a certificate by waiting',
  ],
  'restarts cannot be put into a window of their own': [
    'waits for the opening, also over a restart of the daemon and a change of the calendar, and happens then',
  ],
  'a refused login is repeated until the account is locked': [
    'never tries a refused login again until somebody changed something',
  ],
};

const sources = ['backend/src', 'test', 'lab/src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('complaints.test.ts'))
    .filter((file) => folder !== 'backend/src' || file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
);

it.each(Object.entries(PREVENTED))('"%s" is prevented by tests that exist', (_complaint, titles) => {
  const absent = titles.filter((title) => !sources.some((source) => source.includes(title)));

  expect(absent).toEqual([]);
});
