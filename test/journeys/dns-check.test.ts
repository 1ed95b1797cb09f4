import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../backend/src/cli/program.ts';
import { createChallengeResolver } from '../../backend/src/dns/challenge-resolver.ts';
import { checkDns, type DnsCheck } from '../../backend/src/dns/check.ts';
import { LONGEST_PAUSE_MS } from '../../backend/src/dns/microscope.ts';
import { DEFAULT_PROPAGATION, type PropagationPolicy } from '../../backend/src/dns/resolver.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { judgeZone } from '../../backend/src/renewal/zone-check.ts';
import { listen } from '../../backend/src/server.ts';
import { type DnsSim, startDnsSim } from '../../lab/src/dns-sim/index.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { startBind } from '../support/bind.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const NEVER = new AbortController().signal;
const ZONE = 'lab.example.com';
const HOST = `cucm-pub.${ZONE}`;
const NAME = `_acme-challenge.${HOST}`;
const VALUE = 'the-value-of-the-challenge';
const LAG_MS = 700;

const NEEDS = missing('named');
const onBind = it.skipIf(NEEDS);
if (NEEDS) it.skip(`zones on a real name server ${NEEDS}`, () => {});

let faults: Faults;
let sim: DnsSim;

beforeEach(async () => {
  faults = new Faults();
  const tsig = { name: 'lab-key', algorithm: 'hmac-sha256', secret: 'bGFiLXNlY3JldA==' } as const;
  sim = await startDnsSim({ zones: [{ name: ZONE }], tsig, faults, exchanges: new Exchanges(), lagFaultMs: LAG_MS });
});
afterEach(() => sim[Symbol.asyncDispose]());

describe('the cause in words', () => {
  it('is nothing where all is well', async () => {
    publish();
    await expect.poll(() => check()).toMatchObject({ agreed: true, diagnosis: [] });
  });

  it('names the server that says SERVFAIL', async () => {
    publish();
    faults.on('dns-servfail-secondary');

    expect(sentences(await check())).toEqual([
      expect.stringMatching(
        /^SERVFAIL from ns2\.lab\.example\.com \(127\.0\.0\.1:\d+\): the zone lab\.example\.com is/,
      ),
    ]);
  });

  it('compares the serial of a lagging server with the newest', async () => {
    faults.on('dns-lag');
    publish();

    expect(sentences(await check())).toEqual([
      expect.stringMatching(/^An old copy .* ns2\.lab.* with SOA serial 1, while ns1\.lab.* has serial 2:/),
    ]);
  });

  it('names a server that is silent', async () => {
    publish();
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');

    const seen = await check({ nameServers: { [`ns2.${ZONE}`]: `127.0.0.1:${silent.address().port}` } });

    silent.close();
    expect(sentences(seen)).toEqual([
      expect.stringMatching(/^Silence from ns2\.lab\.example\.com .*\(no answer in 0\.3 s\)/),
    ]);
  });

  it('names a server that answers without authority', async () => {
    publish();

    const seen = await check({ nameServers: { [`ns2.${ZONE}`]: sim.parents } });

    expect(sentences(seen)).toEqual([expect.stringMatching(/^Lame delegation: .* ns2\..* has no authority\.$/)]);
  });

  onBind('names a server that refuses to answer for the zone', async () => {
    publish();
    await using lame = await startBind({});

    const seen = await check({ nameServers: { [`ns2.${ZONE}`]: lame.endpoint } });

    expect(sentences(seen)).toEqual([
      `Lame delegation: the parent of ${ZONE} names ns2.${ZONE} (${lame.endpoint}), and the answer there is REFUSED.`,
    ]);
  });

  onBind('tells an internal view from the public zone', async () => {
    publish();
    await using internal = await startBind({ zones: [{ name: ZONE, nameServers: ['dc1.corp.test'] }] });

    const policy = { ...DEFAULT_PROPAGATION, mode: 'both', checkResolvers: [sim.resolver, internal.endpoint] } as const;
    await expect.poll(async () => (await check({ policy })).answers[1]?.state).toBe('seen');
    const seen = await check({ policy });

    expect(seen.agreed).toBe(false);
    expect(sentences(seen)).toEqual([
      `An internal view hides the public zone ${ZONE} from the resolver ${internal.endpoint}: its SOA names dc1.corp.test, that of the zone ns1.${ZONE}.`,
    ]);
  });

  it('asks the name servers again before a resolver with a newer serial is called another view', async () => {
    faults.on('dns-lag');
    publish();
    const nameServers = { [`ns1.${ZONE}`]: sim.secondary };
    const policy = { ...DEFAULT_PROPAGATION, mode: 'both', checkResolvers: [sim.resolver] } as const;
    const location = await resolverWith({ nameServers }).locate(NAME, NEVER);
    const before = sim.queries().length;

    await resolverWith({ nameServers }).look(location.fqdn, VALUE, location, NEVER, policy);

    const asked = sim
      .queries()
      .slice(before)
      .filter(({ type }) => type === 'TXT');
    expect(asked.map(({ server }) => server).sort()).toEqual(['resolver', ...Array(4).fill('secondary')]);
  });

  it('names the alias that leads to no zone', async () => {
    sim.add({ name: NAME, type: 'CNAME', data: 'cucm.nowhere.invalid' });

    await expect(check()).rejects.toMatchObject({
      code: 'DNS_ZONE_NOT_FOUND',
      message: `${NAME} is an alias (CNAME) for cucm.nowhere.invalid, which is in no delegated zone: the closest is the root.`,
    });
  });
});

describe('the zone in a dry run', () => {
  it.each([
    { faulty: false, mode: 'authoritative', outcome: 'ok', answer: /^lab\.example\.com, answered by ns1\.lab/ },
    { faulty: true, mode: 'authoritative', outcome: 'warn', answer: /^lab\.example\.com: SERVFAIL from ns2\.lab/ },
    { faulty: true, mode: 'resolvers', outcome: 'ok', answer: /^lab\.example\.com, answered by ns1\.lab/ },
  ] as const)('is $outcome when a server of it fails: $faulty, and $mode are asked', async (row) => {
    if (row.faulty) faults.on('dns-servfail-secondary');

    expect(await dryRun(row.mode)).toMatchObject({ outcome: row.outcome, answer: expect.stringMatching(row.answer) });
  });

  it('is a block when nobody answers for it', async () => {
    const nameServers = { [`ns1.${ZONE}`]: sim.parents, [`ns2.${ZONE}`]: sim.parents };

    const finding = await dryRun('authoritative', nameServers);

    expect(finding).toMatchObject({
      outcome: 'block',
      answer: expect.stringContaining('Lame delegation'),
      todo: expect.any(String),
    });
  });

  async function dryRun(
    mode: PropagationPolicy['mode'],
    nameServers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const resolver = resolverWith({ nameServers });
    const location = await resolver.locate(NAME, NEVER);
    return judgeZone(location, { resolver, policy: { propagation: { ...DEFAULT_PROPAGATION, mode } }, signal: NEVER });
  }
});

describe('certferry dns check', () => {
  it('shows a healthy zone in under 2 s, with its chain', { retry: 2 }, async () => {
    sim.add({ name: NAME, type: 'CNAME', data: `delegated.${ZONE}` });
    sim.add({ name: `delegated.${ZONE}`, type: 'TXT', data: VALUE });
    await expect.poll(async () => (await check()).agreed).toBe(true);
    const started = performance.now();

    const { status, output } = await run('dns', 'check', HOST, '--value', VALUE);

    expect(performance.now() - started).toBeLessThan(2_000);
    expect(status).toBe(0);
    expect(output).toContain(`${NAME}\n  is an alias for delegated.${ZONE}\nZone ${ZONE}\n`);
    expect(output).toMatch(/^SERVER +ADDRESS +ANSWER +CODE +TXT +TTL +SERIAL +TIME$/m);
    expect(output).toMatch(
      /^ns1\.lab\.example\.com +127\.0\.0\.1:\d+ +seen +NOERROR +the-value-of-the-challenge +\d+ +\d+ +\d+ ms$/m,
    );
    expect(output).toMatch(/\nAll servers agree\.\n$/);
  });

  it('ends with 1 and the cause when the servers do not agree', async () => {
    faults.on('dns-lag');
    publish();

    const { status, output } = await run('dns', 'check', NAME);

    expect(status).toBe(1);
    expect(output).toMatch(/The servers do not agree\.\nAn old copy of lab\.example\.com is at ns2/);
  });

  it('asks the given resolvers too, and is read by programs', async () => {
    publish();
    await expect.poll(async () => (await check()).agreed).toBe(true);

    const { status, output } = await run('dns', 'check', `*.${HOST}`, '--resolver', sim.resolver, '--json');

    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      name: NAME,
      zone: ZONE,
      value: null,
      agreed: true,
      answers: [
        { kind: 'authoritative', values: [VALUE] },
        { kind: 'authoritative', values: [VALUE] },
        { kind: 'resolver', server: { name: sim.resolver }, values: [VALUE] },
      ],
    });
  });

  it('watches until all agree, and ends within 2 s after the last server does', { retry: 2 }, async () => {
    faults.on('dns-lag');
    const secondaryHasIt = performance.now() + LAG_MS;
    publish();

    const { status, output } = await run('dns', 'check', HOST, '--value', VALUE, '--watch', '--json');

    expect(performance.now() - secondaryHasIt).toBeLessThan(LONGEST_PAUSE_MS + 500);
    const looks = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as DnsCheck);
    expect(status).toBe(0);
    expect(looks.map(({ agreed }) => agreed)).toEqual([false, true]);
  });
});

it('POST /api/v1/dns/check gives the same, or what a connection would see', async () => {
  await using journey = await Journey.start({
    connection: (input, lab) => {
      const propagation = { ...DEFAULT_PROPAGATION, mode: 'resolvers', checkResolvers: [lab.dns.resolver] } as const;
      return { ...input, policy: { ...input.policy, propagation } };
    },
  });
  const { app, secrets, lab } = journey;
  await using server = await listen({ ...app, config: { ...app.config, port: 0 } }, secrets.accessToken);
  const post = (body: object) =>
    fetch(`${server.url}/api/v1/dns/check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.accessToken.reveal()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  lab.faults.on('dns-servfail-secondary');

  const answer = await post({ name: HOST, value: VALUE });
  const refused = await post({ name: HOST, resolver: [] });
  const absent = await post({ name: HOST, connectionId: 99 });
  const byConnection = await certferry(
    journey.environment(server.url),
    ...['dns', 'check', HOST, '--connection', `${journey.connection.id}`, '--resolver', sim.resolver, '--json'],
  );

  expect(await answer.json()).toMatchObject({
    name: NAME,
    agreed: false,
    answers: [{ state: 'missing' }, { state: 'failed', rcode: 'SERVFAIL' }],
    diagnosis: [{ cause: 'servfail' }, { cause: 'nowhere' }],
  });
  expect([refused.status, absent.status]).toEqual([400, 404]);
  expect(JSON.parse(byConnection.output)).toMatchObject({
    answers: [
      { kind: 'resolver', server: { name: lab.dns.resolver } },
      { kind: 'resolver', server: { name: sim.resolver } },
    ],
  });
});

function publish(): void {
  sim.add({ name: NAME, type: 'TXT', data: VALUE });
}

function check({
  nameServers = {},
  policy = DEFAULT_PROPAGATION,
}: Parameters<typeof resolverWith>[0] & {
  readonly policy?: Parameters<typeof checkDns>[1]['policy'];
} = {}): Promise<DnsCheck> {
  return checkDns(resolverWith({ nameServers }), { name: HOST, value: VALUE, policy }, NEVER);
}

function resolverWith({ nameServers = {} }: { readonly nameServers?: Readonly<Record<string, string>> }) {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return createChallengeResolver(
    { resolvers: [sim.resolver], nameServers: { ...sim.nameServers, ...nameServers }, timeoutMs: 300 },
    { clock: systemClock, log, http: createHttpFactory() },
  );
}

function sentences({ diagnosis }: DnsCheck): readonly string[] {
  return diagnosis.map(({ sentence }) => sentence);
}

/** The command in this process, as a person would type it on a machine that uses the DNS of the simulator. */
async function run(...args: readonly string[]): Promise<{ readonly status: number | null; readonly output: string }> {
  const out = new PassThrough();
  const env = {
    CERTFERRY_RESOLVERS: sim.resolver,
    CERTFERRY_NAME_SERVERS: Object.entries(sim.nameServers)
      .map((pair) => pair.join('='))
      .join(','),
  };
  let status: number | null = null;
  // Nothing that only a terminal has is used when `isTTY` is absent.
  const program = createProgram(env, out as unknown as NodeJS.WriteStream, (given) => {
    status = given;
  });
  await program.parseAsync(args, { from: 'user' });
  out.end();
  return { status, output: await text(out) };
}
