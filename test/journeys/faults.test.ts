import { FAULTS, type FaultName } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import type { ConnectionInput } from '../../backend/src/connections.ts';
import { type Ended, Journey } from '../support/journey.ts';

interface Expectation {
  readonly outcome: string;
  readonly issued: number;
  readonly restarts: number;
  /** What else must be true. */
  readonly also?: (ended: Ended, journey: Journey) => void | Promise<void>;
}

const verifiedOnce = { outcome: 'verified', issued: 1, restarts: 1 } as const;

const denied: Expectation = {
  outcome: 'failed',
  issued: 0,
  restarts: 0,
  also: ({ finished, events }, { lab }) => {
    expect(failures(events)).toEqual(['APPLIANCE_DENIED']);
    // One look is enough: more of them lock the account.
    expect(lab.vos.failedLogins()).toBe(1);
    expect(finished).toMatchObject({ oldStillServed: true });
  },
};

/** For each fault: how the renewal ends, how many certificates it costs and how often Tomcat is restarted. */
const EXPECTATIONS: Readonly<Record<keyof typeof FAULTS, Expectation>> = {
  'csr-stale-500': {
    outcome: 'failed',
    issued: 1,
    restarts: 0,
    also: ({ finished }, { lab }) => {
      expect(finished).toMatchObject({ oldStillServed: true });
      expect(finished.message).toContain('The old certificate is still served everywhere');
      expect(lab.vos.servedSha256()).toBe(lab.vos.certificateSha256);
    },
  },
  'trust-duplicate': verifiedOnce,
  'identity-timeout-but-stored': verifiedOnce,
  'restart-slow': verifiedOnce,
  'restart-drops-session': verifiedOnce,
  'no-started-line': verifiedOnce,
  'banner-error-word': verifiedOnce,
  'san-added-by-node': {
    ...verifiedOnce,
    also: ({ facts, events }) => {
      expect(facts.csr?.dnsNames).toEqual(expect.arrayContaining(['lab.example.com', 'cucm-pub.lab.example.com']));
      expect(facts.order?.dnsNames).toHaveLength(2);
      expect(notes(events)).toContain('The appliance added lab.example.com');
    },
  },
  'dns-lag': {
    ...verifiedOnce,
    also: ({ facts }) => {
      const servers = facts.propagation?.flatMap(({ answers }) => answers.map(({ server }) => server.name));
      expect(new Set(servers)).toHaveLength(2);
    },
  },
  'dns-servfail-secondary': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ finished }) => {
      expect(finished.message).toContain('SERVFAIL');
      expect(finished).toMatchObject({ oldStillServed: true });
    },
  },
  'ca-rate-limited': {
    ...verifiedOnce,
    also: ({ events }) => {
      const limited = events.find(
        ({ event }) => event.type === 'step.failed' && event.failure.code === 'ISSUER_RATE_LIMITED',
      );
      const wait =
        limited?.event.type === 'step.failed' ? Date.parse(limited.event.retryAt ?? '') - Date.parse(limited.at) : 0;
      expect(wait).toBeGreaterThan(1_500);
    },
  },
  'ca-internal': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ events }) => expect(failures(events)).toEqual(['ISSUER_FAILED']),
  },
  'ca-processing': verifiedOnce,
  'ca-bad-nonce': verifiedOnce,
  'ca-account-gone': verifiedOnce,
  'node-down': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ finished }) => {
      expect(finished.message).toContain('What is served now could not be seen');
      expect(finished).toMatchObject({ oldStillServed: null });
    },
  },
  'csr-overwritten': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ events }) => expect(failures(events)).toContain('APPLIANCE_CSR_REPLACED'),
  },
  'password-changed': denied,
  'account-locked': denied,
  'api-503': verifiedOnce,
  // Found before anything is ordered: what cannot be restarted is not installed.
  'ssh-closes': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ finished }) => expect(finished).toMatchObject({ oldStillServed: true }),
  },
  'clock-skew': {
    outcome: 'failed',
    issued: 1,
    restarts: 0,
    also: ({ events, finished }) => {
      expect(failures(events)).toContain('APPLIANCE_REJECTED_CERTIFICATE');
      expect(finished).toMatchObject({ oldStillServed: true });
    },
  },
  'ca-down': {
    outcome: 'failed',
    issued: 0,
    restarts: 0,
    also: ({ finished, events }) => {
      expect(failures(events)).toEqual(['ISSUER_UNREACHABLE']);
      expect(finished).toMatchObject({ oldStillServed: true });
    },
  },
  // These three are about other nodes: test/journeys/cluster.test.ts.
  'sub-other-version': verifiedOnce,
  'soap-rate-limited': verifiedOnce,
  'identity-not-distributed': verifiedOnce,
  'wrong-cert-served': {
    outcome: 'installed-not-served',
    issued: 1,
    restarts: 1,
    also: ({ finished }, { lab }) => {
      expect(finished.message).toContain(`:${lab.vos.tomcatPort2}`);
      expect(finished.message).toContain('still serves the old certificate');
      expect(finished).toMatchObject({ oldStillServed: true });
    },
  },
};

/** Faults under which trying again only takes long. */
const HOPELESS: readonly FaultName[] = ['node-down', 'ssh-closes', 'ca-down'];

describe('under a fault of the lab', { timeout: 120_000 }, () => {
  it.concurrent.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])('%s', async (fault) => {
    const { outcome, issued, restarts, also } = EXPECTATIONS[fault];
    await using journey = await Journey.start({
      // A fault that makes the CA forget needs an account to forget.
      faults: fault === 'ca-account-gone' ? [] : [fault],
      connection: impatient,
      overrides: HOPELESS.includes(fault) ? { retryLadderMs: [] } : {},
    });
    if (fault === 'ca-account-gone') await forgetAfterFirst(journey);

    const ended = await journey.renew();

    expect(ended.finished.message && ended.finished.outcome).toBe(outcome);
    const earlier = fault === 'ca-account-gone' ? 1 : 0;
    expect(journey.effects()).toEqual({ issued: issued + earlier, restarts: restarts + earlier, records: [] });
    await also?.(ended, journey);
  });
});

function impatient(input: ConnectionInput): ConnectionInput {
  const { appliance } = input;
  const settings = { ...appliance.settings, restartPatienceSeconds: 10 };
  return {
    ...input,
    appliance: { ...appliance, settings },
    policy: { propagationPatienceSeconds: 4, verifyPatienceSeconds: 4 },
  };
}

async function forgetAfterFirst(journey: Journey): Promise<void> {
  await journey.renew();
  journey.lab.faults.on('ca-account-gone');
}

function failures(events: Ended['events']): readonly string[] {
  return events.flatMap(({ event }) => (event.type === 'step.failed' ? [event.failure.code] : []));
}

function notes(events: Ended['events']): string {
  return events.flatMap(({ event }) => (event.type === 'step.noted' ? [event.message] : [])).join('\n');
}
