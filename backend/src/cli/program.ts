import { Command, Option } from 'commander';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import type { RenewalOptions } from '../renewal/runner.ts';
import { VERSION } from '../version.ts';
import { addAccessCommands } from './access.ts';
import { addAccountCommands } from './accounts.ts';
import { addAuditCommands } from './audit.ts';
import { addBackupCommands } from './backup.ts';
import { addCalendarCommands } from './calendars.ts';
import { addCertificateCommands } from './certificates.ts';
import { ApiClient } from './client.ts';
import { addDnsCommands } from './dns.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEvidenceCommand } from './evidence.ts';
import { addExchangesCommand } from './exchanges.ts';
import { explanationText } from './explain.ts';
import { addLabCommand } from './lab.ts';
import { addNotifyCommands } from './notify.ts';
import { addPlanCommand } from './plan.ts';
import { readJson, readText } from './read-json.ts';
import { dryRun, renew } from './renew.ts';
import { summaryLine } from './summary.ts';
import { connectionTable, nodeTable, statusTable, trustTable } from './tables.ts';
import { addTransferCommands } from './transfer.ts';
import { addVaultCommands } from './vault.ts';

type Out = NodeJS.WriteStream;
type SetStatus = (status: number) => void;

interface Common {
  readonly env: EnvRecord;
  readonly out: Out;
  readonly setStatus: SetStatus;
}

/**
 * All commands. They write to `out` and say with `setStatus` what the process ends with.
 *
 * The daemon and the lab are loaded by the commands that run them: they take a second, and `dns check` is to be done by then.
 */
export function createProgram(env: EnvRecord, out: Out, setStatus: SetStatus): Command {
  const common = { env, out, setStatus };
  const program = new Command('certferry')
    .description(
      'Keeps the TLS certificates of appliances valid: CSR, ACME by DNS-01, upload, restart, and a look at what is served.',
    )
    .version(VERSION);
  program
    .command('serve')
    .description('run the daemon until it is told to stop')
    .action(async () => {
      const { serve } = await import('./serve.ts');
      await serve(env, out);
    });
  addLabCommand(program, common);
  addConnectionCommands(program, common);
  addCalendarCommands(program, { out, client: () => client(env), readJson, readText });
  addAccountCommands(program, common);
  addCertificateCommands(program, { out, client: () => client(env), readText });
  addRenewCommand(program, common);
  addRenewalCommands(program, common);
  addRehearseCommand(program, common);
  addExchangesCommand(program, common);
  addDoctorCommand(program, common);
  addDnsCommands(program, common);
  addBackupCommands(program, () => client(env), common);
  addAuditCommands(program, { ...common, client: () => client(env) });
  addVaultCommands(program, common);
  addEvidenceCommand(program, { out, client: () => client(env) });
  addPlanCommand(program, () => client(env), out);
  addNotifyCommands(program, { out, client: () => client(env), readJson });
  addAccessCommands(program, { ...common, client: () => client(env) });
  return program;
}

function addConnectionCommands(program: Command, { env, out, setStatus }: Common): void {
  const connections = program.command('connections').description('what certferry keeps valid');
  addTransferCommands(connections, { out, setStatus, client: () => client(env) });
  connections
    .command('list')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const all = await (await client(env)).connections();
      out.write(json ? `${JSON.stringify(all)}\n` : connectionTable(all));
    });
  connections
    .command('add <file>')
    .description('add a connection described in JSON ("-": standard input); docs/connections.md has examples')
    .option('--json', 'machine-readable')
    .action(async (file: string, { json }: { json?: true }) => {
      const connection = await (await client(env)).addConnection(await readJson(file));
      out.write(
        json
          ? `${JSON.stringify(connection)}\n`
          : `Connection ${connection.id} added. Look at it first: certferry renew ${connection.id} --dry-run\n`,
      );
    });
  connections
    .command('nodes <id>')
    .description('the nodes that the appliance says belong to its cluster')
    .option('--json', 'machine-readable')
    .action(async (id: string, { json }: { json?: true }) => {
      const nodes = await (await client(env)).nodes(id);
      out.write(json ? `${JSON.stringify(nodes)}\n` : nodeTable(nodes));
    });
  connections
    .command('trust <id>')
    .description('the CA certificates in the trust store of each node, the first to expire on top')
    .option('--json', 'machine-readable')
    .action(async (id: string, { json }: { json?: true }) => {
      const entries = await (await client(env)).trust(id);
      out.write(json ? `${JSON.stringify(entries)}\n` : trustTable(entries));
    });
  connections
    .command('remove <id>')
    .description('forget a connection and its secrets; its history stays')
    .action(async (id: string) => {
      await (await client(env)).removeConnection(id);
      out.write(`Connection ${id} removed.\n`);
    });
}

interface RenewOptions {
  readonly dryRun?: true;
  readonly writeTestRecord?: true;
  readonly json?: true;
  readonly issueOnly?: true;
  readonly atTestCa?: true;
  readonly restartLater?: true;
  readonly restartNow?: true;
  readonly secondCa?: true;
  readonly getFallback?: true;
  readonly useFallback?: true;
}

function renewalOptions({ restartLater, restartNow, secondCa, useFallback, ...goal }: RenewOptions): RenewalOptions {
  return {
    goal: goalOf(goal),
    activation: restartLater ? 'ask' : restartNow ? 'automatic' : null,
    issuer: secondCa ? 'second' : 'first',
    ...(useFallback && { useFallback }),
  };
}

function goalOf({ issueOnly, atTestCa, getFallback }: RenewOptions): RenewalOptions['goal'] {
  if (issueOnly) return 'issue';
  if (getFallback) return 'fallback';
  return atTestCa ? 'validate' : 'serve';
}

function addRehearseCommand(program: Command, { env, out, setStatus }: Common): void {
  program
    .command('rehearse <id>')
    .description('renew the certificate of a simulated twin of the appliance; the real one is only read')
    .option('--json', 'one event per line')
    .action(async (id: string, { json }: { json?: true }) => {
      const { rehearse } = await import('./rehearse.ts');
      setStatus(await rehearse(await client(env), id, { env, json: json === true, out }));
    });
}

function addRenewCommand(program: Command, { env, out, setStatus }: Common): void {
  program
    .command('renew <id>')
    .description(
      'renew the certificate of a connection and show each step. Ends with 0: served, 1: failed, or the old one is back, 2: installed but not served',
    )
    .option('--dry-run', 'look at everything that can be known without changing anything')
    .option('--write-test-record', 'with --dry-run: also write a test record into DNS and remove it')
    .addOption(new Option('--issue-only', 'keep the certificate in accounts/, and leave the appliance as it is'))
    .addOption(
      new Option('--at-test-ca', 'prove at the test directory of the CA that issuing works; nothing is kept').conflicts(
        'issueOnly',
      ),
    )
    .addOption(new Option('--second-ca', 'ask the second CA of the connection in place of the first'))
    .addOption(
      new Option('--get-fallback', 'have the second CA issue a certificate that is kept ready').conflicts([
        'issueOnly',
        'atTestCa',
      ]),
    )
    .addOption(
      new Option('--use-fallback', 'put the certificate that is kept ready to use, without asking a CA').conflicts([
        'issueOnly',
        'atTestCa',
        'getFallback',
        'secondCa',
      ]),
    )
    .addOption(new Option('--restart-later', 'stop before the restart and wait for `certferry resume`'))
    .addOption(new Option('--restart-now', 'restart at once, whatever the connection says').conflicts('restartLater'))
    .option('--json', 'one event per line')
    .action(async (id: string, options: RenewOptions) => {
      const api = await client(env);
      const json = options.json === true;
      const writeTestRecord = options.writeTestRecord === true;
      setStatus(
        options.dryRun
          ? await dryRun(api, id, { json, writeTestRecord }, out)
          : await renew(api, id, { json, ...renewalOptions(options) }, out),
      );
    });
}

function addRenewalCommands(program: Command, { env, out }: Common): void {
  program
    .command('cancel <renewal>')
    .description('stop a renewal; refused once the certificate is being put on the appliance')
    .action(async (id: string) => {
      await (await client(env)).cancel(id);
      out.write('Cancelling; the TXT records are being removed.\n');
    });
  program
    .command('resume <renewal>')
    .description('say that what a renewal waits for is done, or have it try again now')
    .option('--confirm <text>', 'what the renewal asks to be typed')
    .action(async (id: string, { confirm = null }: { confirm?: string | null }) => {
      await (await client(env)).resume(id, confirm);
      out.write('The renewal goes on.\n');
    });
  program
    .command('explain <id>')
    .description('why a connection is, or is not, renewed now; what comes next, and when')
    .option('--json', 'machine-readable')
    .action(async (id: string, { json }: { json?: true }) => {
      const explanation = await (await client(env)).explanation(id);
      out.write(json ? `${JSON.stringify(explanation)}\n` : explanationText(explanation));
    });
  program
    .command('status')
    .description('the last renewals, and how many connections are served, wait for a restart, or failed')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const api = await client(env);
      const renewals = await api.renewals();
      out.write(json ? `${JSON.stringify(renewals)}\n` : statusTable(renewals));
      if (!json) out.write(summaryLine(await api.connections()));
    });
}

function client(env: EnvRecord): Promise<ApiClient> {
  return ApiClient.find(env, readConfig(env));
}
