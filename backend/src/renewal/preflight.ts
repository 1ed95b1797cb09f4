import { AppError, ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { challengeName, whyNotPublic } from '../domain/names.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { IssuanceTable } from '../store/issuances.ts';
import type { Connection } from '../store/store.ts';
import { judgeCaa } from './caa-check.ts';
import { checkHttp } from './preflight-http.ts';
import { checkSecondCa } from './second-ca-check.ts';
import type { StepPeers } from './step.ts';
import { lookAt, nameOf, shortFingerprint } from './steps/look.ts';
import { tryTestRecord } from './test-record.ts';
import { judgeZone } from './zone-check.ts';

export interface PreflightOptions {
  /** Writes and removes a test record or file for each name. The only thing a preflight ever changes, and only when asked. */
  readonly writeTestRecord: boolean;
}

interface Preflight extends StepPeers {
  readonly connection: Connection;
  readonly issuances: IssuanceTable;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Everything about a renewal that can be known without changing anything, each with its answer and what to do.
 * A check that cannot be made is a finding, not an error; it throws only when aborted.
 */
export async function preflight(
  context: Preflight,
  { writeTestRecord }: PreflightOptions,
): Promise<readonly Finding[]> {
  const groups = await Promise.all([
    checkNames(context),
    guarded('appliance', 'Appliance', context, () => checkAppliance(context)),
    guarded('endpoints', 'Endpoints', context, () => checkEndpoints(context)),
    guarded('issuer', 'CA', context, async () => context.issuer.check(context.signal)),
    checkCaa(context),
    checkSecond(context),
    ...(context.connection.challenge === 'http-01'
      ? [guarded('http', 'HTTP files', context, () => checkHttp(context, writeTestRecord))]
      : [checkDnsAccounts(context), checkZones(context, writeTestRecord)]),
  ]);
  return groups.flat();
}

async function guarded(
  id: string,
  title: string,
  { signal }: Preflight,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (err) {
    signal.throwIfAborted();
    return [blocked(id, title, AppError.from(err))];
  }
}

function blocked(id: string, title: string, { code, message }: AppError): Finding {
  return { id, title, outcome: 'block', answer: message, todo: ERRORS[code].action };
}

async function checkNames({ connection }: Preflight): Promise<readonly Finding[]> {
  return connection.dnsNames.map((name): Finding => {
    const why = whyNotPublic(name);
    const about = { id: `names.${name}`, title: `Name ${name}` };
    if (why === null) return { ...about, outcome: 'ok', answer: 'a public CA may certify it' };
    return {
      ...about,
      outcome: 'warn',
      answer: `a public CA will refuse it: ${why}`,
      todo: 'Remove the name, or use a private CA.',
      reference: 'https://cabforum.org/working-groups/server/baseline-requirements/documents/',
    };
  });
}

function checkAppliance({ appliance, connection, signal }: Preflight): Promise<readonly Finding[]> {
  return appliance.check(connection.slot, connection.dnsNames, signal);
}

async function checkEndpoints(context: Preflight): Promise<readonly Finding[]> {
  const endpoints = await context.appliance.endpoints(context.connection.slot, context.signal);
  const served = await lookAt(endpoints, context);
  return served.map(({ endpoint, sha256, notAfter, detail }): Finding => {
    const about = { id: `endpoints.${endpoint.serverName}.${endpoint.port}`, title: `Served at ${nameOf(endpoint)}` };
    if (sha256 !== null) {
      return { ...about, outcome: 'ok', answer: `${shortFingerprint(sha256)}, valid until ${notAfter?.slice(0, 10)}` };
    }
    return {
      ...about,
      outcome: 'block',
      answer: detail ?? 'no answer',
      todo: 'A renewal could not be verified. Open the way to this port, or remove it from the connection.',
    };
  });
}

function checkCaa(context: Preflight): Promise<readonly Finding[]> {
  return checkCaaOf(context, context.issuer);
}

function checkCaaOf(context: Preflight, issuer: Issuer): Promise<readonly Finding[]> {
  return guarded('caa', 'CAA', context, async () => {
    const { connection, resolver, signal } = context;
    const identities = await issuer.caaIdentities(signal);
    return Promise.all(
      connection.dnsNames.map(async (name) => judgeCaa(name, await resolver.caa(name, signal), identities)),
    );
  });
}

/** What stands in the way of the second CA stands in nobody's way now. */
async function checkSecond(context: Preflight): Promise<readonly Finding[]> {
  const { second } = context;
  if (!second) return [];
  const found = await Promise.all([
    guarded('issuer', 'CA', context, () => checkSecondCa(second, context)),
    checkCaaOf(context, second.issuer),
  ]);
  return found.flat().map((finding) => ({
    ...finding,
    id: `second.${finding.id}`,
    title: `Second CA: ${finding.title}`,
    outcome: finding.outcome === 'block' ? 'warn' : finding.outcome,
  }));
}

async function checkDnsAccounts(context: Preflight): Promise<readonly Finding[]> {
  const groups = context.dns.providers.map(({ suffix, provider }) => {
    const about =
      suffix === null
        ? { id: 'dns.account', title: 'DNS account' }
        : { id: `dns.account.${suffix}`, title: `DNS account for ${suffix}` };
    return guarded(about.id, about.title, context, async () => {
      const zones = await provider.check(context.signal);
      const answer = zones.length > 0 ? `can write ${zones.join(', ')}` : 'accepted; it does not list its zones';
      return [{ ...about, outcome: 'ok', answer }];
    });
  });
  return (await Promise.all(groups)).flat();
}

async function checkZones(context: Preflight, writeTestRecord: boolean): Promise<readonly Finding[]> {
  const names = [...new Set(context.connection.dnsNames.map(challengeName))];
  const groups = await Promise.all(
    names.map((name) =>
      guarded(`dns.zone.${name}`, `Zone of ${name}`, context, () => checkZone(name, context, writeTestRecord)),
    ),
  );
  return groups.flat();
}

async function checkZone(name: string, context: Preflight, writeTestRecord: boolean): Promise<readonly Finding[]> {
  const { connection, resolver, signal } = context;
  const location = await resolver.locate(name, signal, connection.policy.propagation ?? undefined);
  const found: Finding = {
    id: `dns.zone.${name}`,
    title: `Zone of ${name}`,
    ...(await judgeZone(location, { ...context, policy: connection.policy })),
  };
  const write = { id: `dns.write.${name}`, title: `Test record at ${name}` };
  if (!writeTestRecord) return [found, { ...write, outcome: 'skipped', answer: 'not asked for' }];
  const provider = context.dns.providerFor(location.fqdn);
  if (provider.manual) return [found, { ...write, outcome: 'skipped', answer: 'a person publishes the records' }];
  const tried = await guarded(write.id, write.title, context, async () => {
    return [{ ...write, ...(await tryTestRecord(location, { ...context, provider, policy: connection.policy })) }];
  });
  return [found, ...tried];
}
