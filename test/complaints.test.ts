import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Prevention {
  /** Where users complained: a project and the number of its issue, or a project whose code shows it. */
  readonly of: readonly string[];
  /** Titles of the tests that would fail if it happened here. */
  readonly tests: readonly string[];
}

/**
 * What users of tools of this kind complained of in public, as far as it concerns schedules, retries and notices, each with the
 * tests that prevent it here.
 */
const PREVENTED: Readonly<Record<string, Prevention>> = {
  'every run deploys the same certificate again, and tells it again': {
    of: ['certd #475'],
    tests: [
      'no success that follows a success, and nothing that was not due (certimate #594)',
      'has one renewal for each connection, whoever begins it',
      'every run deploys the same certificate again, and tells it again',
      'does nothing when the schedule asks and nothing is due',
    ],
  },
  'a notice for every run, where only a failure and its end matter': {
    of: ['certd #421', 'certd #483'],
    tests: ['a failure once, however often it fails again, and then once that it recovered (certd #475, #421)'],
  },
  'the store shows another expiry than what is served': {
    of: ['certd #755'],
    tests: [
      'is not installed over a later one that somebody else put there',
      'is deployed again after a deployment that failed, without another certificate',
      'the expiry of the store is believed although something else is served',
      'stands as not served while an endpoint serves another certificate than after the last renewal',
      'not served with the reason, while the schedule sees another certificate',
    ],
  },
  'nobody says which name server said what': {
    of: ['certd #732', 'certd #331', 'certd #786'],
    tests: [
      'names the server that says SERVFAIL',
      'compares the serial of a lagging server with the newest',
      'names a server that answers without authority',
    ],
  },
  'a certificate is issued again because the history was pruned': {
    of: ['certimate #589', 'certimate #1413', 'certimate #1052'],
    tests: ['is not forgotten with the history of renewals', 'outlives its connection'],
  },
  'a certificate is issued again because a field was edited': {
    of: ['certimate #497', 'certimate #1284'],
    tests: [
      'is deployed again after a deployment that failed, without another certificate',
      'is not issued again because somebody edited the connection',
    ],
  },
  'a certificate is issued again because an appliance does not answer': {
    of: ['netSSL'],
    tests: [
      'is not issued again because nobody answers any more since it was verified',
      'is installed, and not issued again, when the appliance fell silent while it was installed',
    ],
  },
  'a rule that never fires is accepted, and certificates expire silently': {
    of: ['certimate #928', 'certimate #906'],
    tests: [
      'refuses what is frozen for ever, and names the freeze',
      'that would be closed for ever is refused, also for what its address says',
      'says that a window never opens',
    ],
  },
  'the schedule stands still and nobody hears of it': {
    of: ['certimate #928', 'certimate #906'],
    tests: [
      'that dies while the daemon runs is told of once, and when it runs again',
      'beats every three minutes while the schedule runs, and not when it does not',
      'notices that the schedule stands still',
    ],
  },
  'what was issued is taken for deployed, so that it never gets there': {
    of: ['certimate #287', 'certimate #44'],
    tests: [
      'installs a certificate that never got to the appliance, without another order',
      'restarts what was not restarted, without another certificate',
      'a new node is taken for deployed because the certificate is valid',
    ],
  },
  'that a deployment cannot work is found out after three months': {
    of: ['certimate #1238'],
    tests: [
      'looks at a new connection at once, and begins nothing before people had time for a dry run',
      'renews the certificate of a twin of the cluster, and does not touch the cluster',
      'proves at the test CA that issuing works, and keeps nothing of it',
    ],
  },
  'success is told on days on which nothing was done': {
    of: ['certimate #594'],
    tests: ['no success that follows a success, and nothing that was not due (certimate #594)'],
  },
  'a failure before the CA was asked is retried like one that the CA counts': {
    of: ['certimate #1364'],
    tests: [
      'send to the test directory what the CA refused, and not a network that was down',
      'climbs a ladder that outlives the daemon',
      'a failure before the CA was asked waits as long as one that the CA counts',
      'a blind repetition of orders runs into the limit of failed validations',
    ],
  },
  'nobody checks that the service serves the new certificate': {
    of: ['certwarden #106'],
    tests: [
      'is tried at most three times after %s, days apart, and then left to a person',
      'waits for the opening, also over a restart of the daemon and a change of the calendar, and happens then',
      'ends verified: one certificate, one restart, no record left, and every endpoint seen',
    ],
  },
  'a certificate that expired while the daemon was down is never renewed': {
    of: ['certwarden #125'],
    tests: [
      'renews an expired certificate (and is not waiting for one that is still valid)',
      'of 500 is caught up with after 40 days without a daemon: expired first, then what ends first, spread',
    ],
  },
  'there are no notices before the end': {
    of: ['certwarden #136'],
    tests: [
      'an expiry at each threshold once, more important each time, and that it is over (certwarden #136)',
      'tells thresholds of expiry once each, and none of them before a renewal is due',
    ],
  },
  'certificates are ordered every day': {
    of: ['certwarden #13'],
    tests: ['renews certificates of %d days for two years without one expiring', 'certificates are ordered every day'],
  },
  'what cannot be reached is skipped, or judged by a copy that was never installed': {
    of: ['netSSL'],
    tests: [
      'does not take silence for a verdict, and tells it once, and once that it is over',
      'counts what was seen last when nobody answers: what expires behind a firewall is renewed',
    ],
  },
  'a restart that failed or timed out ends as completed': {
    of: ['netSSL'],
    tests: ['is tried at most three times after %s, days apart, and then left to a person'],
  },
  'a run that the end of the daemon cut off stays in progress for ever': {
    of: ['netSSL'],
    tests: [
      'goes on when a renewal ended without anybody telling',
      'counts an event once, also when the daemon died before it stored how far it had read',
    ],
  },
  'everything runs at one fixed hour, and a failure waits for the next day untold': {
    of: ['netSSL'],
    tests: [
      'is not restarted on one day for having been set up on one day',
      'leaves time for more attempts before the end, where an attempt costs nobody anything',
    ],
  },
  'Retry-After of the CA is text in a log': {
    of: ['lego #2758', 'lego #2679', 'lego #390', 'lego #362'],
    tests: [
      'keeps to what a CA says that limits its rate, and recovers',
      'waits as long as the other side says',
      'Retry-After of the CA is text in a log',
      'hand a rate limit to the caller at once: %s',
      'understand Retry-After as a date',
    ],
  },
  'a schedule issues every minute until the CA limits its rate': {
    of: ['lego #221'],
    tests: [
      'asks a CA without test directory at most once a day in the end',
      'does not use up what its CA allows for a registered domain',
      'those with weeks to live leave places for those that come to their end within days',
      'orders under way count before the CA has signed',
      'a window that the CA names for a certificate of another account is no exemption from its limits',
    ],
  },
  'a stale window of the CA makes five certificates in ten seconds': {
    of: ['cert-manager #8993', 'cert-manager #6010'],
    tests: [
      'cannot issue five certificates in ten seconds for a stale window, nor in ten weeks more than three a week',
      'says nothing of another certificate',
      'is left out after a refusal: %i %s',
    ],
  },
  'a fixed hour between tries: too often for the CA, too late for people': {
    of: ['cert-manager #4727', 'cert-manager #7416'],
    tests: ['never gets faster, begins within minutes and ends at days'],
  },
  'a backoff makes "renew now" do nothing': {
    of: ['cert-manager #4757', 'cert-manager #4539'],
    tests: ['never stands in the way of a person', 'a backoff makes "renew now" do nothing'],
  },
  'renewals happen during business hours': {
    of: ['cert-manager #7399', 'cert-manager #6754'],
    tests: [
      'begins within the renewal window only, and says when that opens',
      'of 100 lives a year of faults: no expiry served, no limit exceeded, no duplicate issuance',
      'restarts in its windows only, also in the nights in which clocks go %s',
    ],
  },
  'one blip of the network ends a challenge for good': {
    of: ['cert-manager #8696', 'cert-manager #8747'],
    tests: [
      'never gets faster, begins within minutes and ends at days',
      'one blip of the network ends a challenge for good',
      'climbs the ladder and gives up at its end',
    ],
  },
  'a certificate that was issued and not deployed is never tried again, and the appliance expires': {
    of: ['acme.sh #4845', 'acme.sh #3388', 'acme.sh #7082'],
    tests: [
      'is deployed again after a deployment that failed, without another certificate',
      'a certificate that was issued and not deployed is never tried again, and the appliance expires',
      'leaves time for every restart that is allowed, and a night for a person, before the end of what lives for days',
    ],
  },
  'a failed renewal moves the next one by weeks, and the certificate expires': {
    of: ['win-acme #408'],
    tests: [
      'does not go over the end of a certificate by waiting',
      'a failed renewal moves the next one by weeks, and the certificate expires',
    ],
  },
  'restarts cannot be put into a window of their own': {
    of: ['Certify #329'],
    tests: ['waits for the opening, also over a restart of the daemon and a change of the calendar, and happens then'],
  },
  'a refused login is repeated until the account is locked': {
    of: ['netSSL'],
    tests: ['never tries a refused login again until somebody changed something'],
  },
  'a channel that fails stops what it was to tell of, or other channels': {
    of: ['certimate #1104'],
    tests: [
      'a channel that hangs does not delay another one',
      'an undelivered message to other channels, and not that this one could not be delivered either',
    ],
  },
  'an order is given up because the CA does not find at once what it has just made': {
    of: ['lego #3260', 'lego #3254'],
    tests: ['is not given up because the CA does not find its authorization at once'],
  },
  'another profile changes nothing until the certificate ends': {
    of: ['lego v5'],
    tests: ['renews when the CA or the profile of the connection was changed'],
  },
  'it waits for DNS for ever, and does not say why': {
    of: ['cert-manager #5515'],
    tests: ['fails with the cause in words, after one note for each change'],
  },
  'our own look at DNS is told as an error of the CA': {
    of: ['cert-manager #2954'],
    tests: [
      'fails with the cause in words, after one note for each change',
      'says what the CA saw when a record is not there',
    ],
  },
  'the waiting for DNS that was set is forgotten by the next renewal': {
    of: ['nginx-proxy-manager #1146', 'nginx-proxy-manager #1712'],
    tests: ['wait-only asks nobody, waits until a stored instant, and then goes on'],
  },
};

/** Complaints about other things: DNS and its resolvers, drivers, settings, secrets, the own HTTPS certificate. */
const ELSEWHERE: readonly string[] = [
  ...['certd #660', 'certd #716', 'certd #784', 'certd #300', 'certd #665', 'certd #557', 'certd #209'],
  ...['certimate #455', 'certimate #1101'],
  ...['certwarden #112', 'certwarden #50', 'certwarden #100', 'certwarden #103', 'certwarden #143', 'certwarden #128'],
  ...['certwarden #59', 'certwarden #11', 'certwarden #68'],
  ...['lego #1597', 'lego #2502', 'lego #361', 'lego #1710', 'lego #2276', 'lego #2489', 'lego #2988'],
  ...['cert-manager #903', 'cert-manager #1292', 'cert-manager #5917', 'cert-manager #894', 'cert-manager #2337'],
  ...['cert-manager #506', 'acme.sh #5132', 'acme.sh #6617', 'acmebot #916'],
];

/** A title as it stands in a test that runs: not in a comment, and not of one that is skipped or still to be written. */
const TITLE =
  /\b(?:it|test)((?:\.\w+)*)(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\(\s*(['"`])((?:\\.|(?!\2).)*)\2\s*,/gs;

const titles = new Set(
  ['backend/src', 'test', 'lab/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'complaints.test.ts')
      .filter((file) => folder !== 'backend/src' || file.endsWith('.test.ts'))
      .flatMap((file) => titlesIn(readFileSync(join(ROOT, folder, file), 'utf8'))),
  ),
);

function titlesIn(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [...code.matchAll(TITLE)].flatMap(([, modes = '', , title = '']) =>
    /\.(?:skip|todo|fails)\b/.test(modes) ? [] : [title],
  );
}

describe('a complaint about schedules, retries or notices', () => {
  it.each(Object.entries(PREVENTED))('"%s" is prevented by tests that run', (_complaint, { tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((title) => !titles.has(title))).toEqual([]);
  });

  it('has a place, and none is in both lists', () => {
    const of = Object.values(PREVENTED).flatMap((prevention) => prevention.of);

    expect(of.length).toBeGreaterThan(40);
    expect(ELSEWHERE.filter((one) => of.includes(one))).toEqual([]);
  });

  it('is missed when its test is skipped, renamed, or stands in a comment only', () => {
    const source = [
      "it('one', () => {});",
      "it.skip('two', () => {});",
      "  // it('three', () => {});",
      "it.concurrent.each([['a', 1]])('four %s', () => {});",
      "expect(['five']).toEqual(['five']);",
    ];

    expect(titlesIn(source.join('\n'))).toEqual(['one', 'four %s']);
  });
});
