import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { createChallengeResolver } from '../dns/challenge-resolver.ts';
import { askedIn, type CheckedWith, checkDns, checkOf, type DnsCheck, recordNameOf } from '../dns/check.ts';
import { watchRecords } from '../dns/microscope.ts';
import { type ChallengeResolver, DEFAULT_PROPAGATION } from '../dns/resolver.ts';
import { systemClock } from '../plugins/clock.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import type { Leftover, Swept } from '../renewal/sweeper.ts';
import { ApiClient } from './client.ts';
import { addRegisterAcmeDns } from './register-acme-dns.ts';
import { stopSignal } from './stop-signal.ts';
import { table } from './tables.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

interface CheckOptions {
  readonly value?: string;
  readonly resolver: readonly string[];
  readonly connection?: number;
  readonly json?: true;
  readonly watch?: true;
}

/** `sweep` asks the daemon, which holds the accounts; the others work from here and need none. */
export function addDnsCommands(program: Command, { env, out, setStatus }: Common): void {
  const dns = program.command('dns').description('look at the DNS of challenge records');
  addSweep(dns, { env, out, setStatus });
  addRegisterAcmeDns(dns, out);
  dns
    .command('check <name>')
    .description(
      'ask every server for the challenge record of a name, and say what is wrong. Ends with 0 when all answer consistently, else 1',
    )
    .option('--value <text>', 'the TXT value that everybody should have')
    .addOption(
      new Option('--resolver <address>', 'also ask this resolver (host:port or https://…); may be repeated')
        .argParser((address: string, earlier: readonly string[]) => [...earlier, address])
        .default([], 'none'),
    )
    .addOption(
      new Option('--connection <id>', 'have the daemon ask, whom renewals of this connection ask')
        .argParser(Number)
        .conflicts('watch'),
    )
    .option('--json', 'machine-readable, one line for each look')
    .option('--watch', 'look until all agree, and show what changes')
    .action(async (name: string, options: CheckOptions) => {
      const show = options.json ? toLine : toText;
      let agreed = false;
      for await (const check of checks(name, options, env)) {
        out.write(show(check));
        agreed = check.agreed;
      }
      setStatus(agreed ? 0 : 1);
    });
}

function addSweep(dns: Command, { env, out, setStatus }: Common): void {
  dns
    .command('sweep')
    .description('remove challenge records that renewals could not remove. Ends with 1 when one stays')
    .option('--dry-run', 'only show them')
    .option('--forget <renewal>', 'no longer try to remove those of this renewal')
    .option('--json', 'machine-readable')
    .action(async ({ dryRun, forget, json }: { dryRun?: true; forget?: string; json?: true }) => {
      const client = await ApiClient.find(env, readConfig(env));
      if (forget !== undefined) {
        await client.forgetLeftovers(forget);
        out.write(json ? `${JSON.stringify({ forgotten: forget })}\n` : 'Forgotten.\n');
        return;
      }
      const records = dryRun ? await client.leftovers() : await client.sweep();
      out.write(json ? `${JSON.stringify(records)}\n` : leftoverTable(records));
      setStatus(records.some((record) => 'trouble' in record && record.trouble !== null) ? 1 : 0);
    });
}

function leftoverTable(records: readonly (Leftover | Swept)[]): string {
  if (records.length === 0) return 'No renewal left a record behind.\n';
  const rows = records.map((record) => [record.fqdn, record.value, record.renewalId, outcomeOf(record)]);
  return table(['NAME', 'VALUE', 'RENEWAL', 'STATE'], rows);
}

function outcomeOf(record: Leftover | Swept): string {
  if (!('trouble' in record)) return 'still there, as far as is known';
  return record.trouble === null ? 'removed' : `not removed: ${record.trouble}`;
}

async function* checks(name: string, options: CheckOptions, env: EnvRecord): AsyncGenerator<DnsCheck> {
  const config = readConfig(env);
  const { connection: connectionId, resolver: also, value = null } = options;
  if (connectionId !== undefined) {
    const client = await ApiClient.find(env, config);
    yield await client.checkDns({ name, value, connectionId, resolvers: also });
    return;
  }
  const deps = { clock: systemClock, log: pino({ level: 'silent' }), http: createHttpFactory() };
  const resolver = createChallengeResolver(config, deps);
  const asked = { name, value, policy: DEFAULT_PROPAGATION, also };
  if (options.watch) yield* watch(resolver, asked);
  else yield await checkDns(resolver, asked, new AbortController().signal);
}

/** Ends when all agree, or with Ctrl-C. */
async function* watch(
  resolver: ChallengeResolver,
  { name, value, ...whom }: CheckedWith & { readonly name: string; readonly value: string | null },
): AsyncGenerator<DnsCheck> {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const { signal } = stop;
  try {
    const location = await resolver.locate(recordNameOf(name), signal, whom.policy);
    const record = { fqdn: location.fqdn, value, location };
    const reports = watchRecords(
      [record],
      { policy: askedIn(whom), deadline: null, learn: false },
      { resolver, clock: systemClock, signal },
    );
    for await (const { records } of reports) yield* records.map((sight) => checkOf(location, sight));
  } catch (err) {
    if (!signal.aborted) throw err;
  }
}

function toLine(check: DnsCheck): string {
  return `${JSON.stringify(check)}\n`;
}

function toText({ name, aliases, fqdn, zone, answers, agreed, diagnosis }: DnsCheck): string {
  const chain = [...aliases.slice(1), ...(aliases.length > 0 ? [fqdn] : [])].map((to) => `  is an alias for ${to}\n`);
  const watched = answers.some(({ since }) => since !== undefined);
  const rows = answers.map(({ server, detail, rcode, values, ttlSeconds, soaSerial, latencyMs, since }) => [
    server.name,
    server.name.includes(server.address) ? '' : `${server.address}:${server.port}`,
    detail,
    rcode ?? '-',
    values.join(' '),
    String(ttlSeconds ?? '-'),
    String(soaSerial ?? '-'),
    `${latencyMs} ms`,
    since?.slice(11, 19) ?? '',
  ]);
  const head = ['SERVER', 'ADDRESS', 'ANSWER', 'CODE', 'TXT', 'TTL', 'SERIAL', 'TIME', watched ? 'SINCE (UTC)' : ''];
  const end = watched && !agreed ? '\n' : '';
  const verdict = agreed ? 'All servers agree.' : 'The servers do not agree.';
  const sentences = [verdict, ...diagnosis.map(({ sentence }) => sentence)];
  return `${name}\n${chain.join('')}Zone ${zone}\n\n${table(head, rows)}\n${sentences.join('\n')}\n${end}`;
}
