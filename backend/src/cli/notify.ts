import type { Command } from 'commander';
import type { NotifierTestView, NotifierView, RuleView } from '../api/contract/notify.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';

interface NotifyCommandDeps {
  readonly out: NodeJS.WriteStream;
  readonly client: () => Promise<ApiClient>;
  readonly readJson: (file: string) => Promise<unknown>;
}

/** The channels over which people are told. */
export function addNotifyCommands(program: Command, { out, client, readJson }: NotifyCommandDeps): void {
  const notify = program.command('notify').description('who is told when something needs a person');
  const print = (value: unknown, words: string, json: true | undefined) =>
    out.write(json ? `${JSON.stringify(value)}\n` : words);
  notify
    .command('list')
    .description('the channels, what they are told, and how the last message went')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const api = await client();
      const [notifiers, rules] = await Promise.all([api.notifiers(), api.notificationRules()]);
      print({ notifiers, rules }, notifierTable(notifiers, rules), json);
    });
  notify
    .command('test <id>')
    .description('send a test over a channel, and show what came back')
    .option('--check', 'only ask the service, without sending')
    .option('--json', 'machine-readable')
    .action(async (id: string, { check, json }: { check?: true; json?: true }) => {
      const result = await (await client()).testNotifier(id, check !== true);
      print(result, testWords(result), json);
    });
  notify
    .command('add <file>')
    .description('add a channel described in JSON ("-": standard input); docs/notifiers/ has examples')
    .option('--json', 'machine-readable')
    .action(async (file: string, { json }: { json?: true }) => {
      const added = await (await client()).addNotifier(await readJson(file));
      print(added, `Channel ${added.id} added. Try it: certferry notify test ${added.id}\n`, json);
    });
  notify
    .command('remove <id>')
    .description('forget a channel, its secrets and its rules')
    .action(async (id: string) => {
      await (await client()).removeNotifier(id);
      out.write(`Channel ${id} removed.\n`);
    });
}

function notifierTable(notifiers: readonly NotifierView[], rules: readonly RuleView[]): string {
  if (notifiers.length === 0) return 'Nobody is told of anything yet. Add a channel: certferry notify add FILE\n';
  const rows = notifiers.map(({ id, name, plugin, enabled, lastNotice }) => [
    String(id),
    name,
    plugin,
    enabled ? 'on' : 'off',
    lastNotice ? `${STATES[lastNotice.state]} ${lastNotice.createdAt.slice(0, 16).replace('T', ' ')}` : 'none yet',
  ]);
  const words = rules.map((rule) => `${nameOf(notifiers, rule.notifierId)}: ${rule.words}\n`);
  return `${table(['ID', 'NAME', 'PLUGIN', 'STATE', 'LAST MESSAGE'], rows)}\n${words.join('')}`;
}

const STATES = { waiting: 'waits since', delivered: 'delivered', 'given-up': 'given up' } as const;

function nameOf(notifiers: readonly NotifierView[], id: number): string {
  return notifiers.find((one) => one.id === id)?.name ?? String(id);
}

function testWords({ sent, answer, tookMs }: NotifierTestView): string {
  return `${sent ? 'Sent' : 'Asked'} in ${(tookMs / 1000).toFixed(1)} s. ${answer}\n`;
}
