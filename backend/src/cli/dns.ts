import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type Config, readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { createChallengeResolver } from '../dns/challenge-resolver.ts';
import { checkDns, checkOf, type DnsCheck, recordNameOf } from '../dns/check.ts';
import { watchRecords } from '../dns/microscope.ts';
import { type ChallengeResolver, DEFAULT_PROPAGATION, type PropagationPolicy } from '../dns/resolver.ts';
import { systemClock } from '../plugins/clock.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { stopSignal } from './serve.ts';
import { table } from './tables.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

interface CheckOptions {
  readonly value?: string;
  readonly resolver: readonly string[];
  readonly json?: true;
  readonly watch?: true;
}

/** Commands that look at DNS from here. They need no daemon. */
export function addDnsCommands(program: Command, { env, out, setStatus }: Common): void {
  const dns = program.command('dns').description('look at the DNS of challenge records');
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
    .option('--json', 'machine-readable, one line for each look')
    .option('--watch', 'look until all agree, and show what changes')
    .action(async (name: string, options: CheckOptions) => {
      const show = options.json ? toLine : toText;
      let agreed = false;
      for await (const check of checks(name, options, readConfig(env))) {
        out.write(show(check));
        agreed = check.agreed;
      }
      setStatus(agreed ? 0 : 1);
    });
}

async function* checks(name: string, options: CheckOptions, config: Config): AsyncGenerator<DnsCheck> {
  const deps = { clock: systemClock, log: pino({ level: 'silent' }), http: createHttpFactory() };
  const resolver = createChallengeResolver(config, deps);
  const mode = options.resolver.length > 0 ? 'both' : 'authoritative';
  const policy = { ...DEFAULT_PROPAGATION, mode, checkResolvers: options.resolver } as const;
  const asked = { name, value: options.value ?? null, policy };
  if (options.watch) yield* watched(resolver, asked);
  else yield await checkDns(resolver, asked, new AbortController().signal);
}

/** Ends when all agree, or with Ctrl-C. */
async function* watched(
  resolver: ChallengeResolver,
  { name, value, policy }: { readonly name: string; readonly value: string | null; readonly policy: PropagationPolicy },
): AsyncGenerator<DnsCheck> {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const { signal } = stop;
  try {
    const location = await resolver.locate(recordNameOf(name), signal);
    const record = { fqdn: location.fqdn, value, location };
    const reports = watchRecords(
      [record],
      { policy, deadline: null, learn: false },
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
  const rows = answers.map(({ server, detail, values, ttlSeconds, soaSerial, latencyMs }) => [
    server.name,
    server.name.includes(server.address) ? '' : `${server.address}:${server.port}`,
    detail,
    values.join(' '),
    String(ttlSeconds ?? '-'),
    String(soaSerial ?? '-'),
    `${latencyMs} ms`,
  ]);
  const head = ['SERVER', 'ADDRESS', 'ANSWER', 'TXT', 'TTL', 'SERIAL', 'TIME'];
  const verdict = agreed ? 'All servers agree.' : 'The servers do not agree.';
  const sentences = [verdict, ...diagnosis.map(({ sentence }) => sentence)];
  return `${name}\n${chain.join('')}Zone ${zone}\n\n${table(head, rows)}\n${sentences.join('\n')}\n`;
}
