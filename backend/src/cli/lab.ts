import { ALL_FAULTS } from '@certferry/lab/faults';
import { LAB_PRODUCTS } from '@certferry/lab/products';
import { type Command, Option } from 'commander';
import type { LabCommon, LabOptions } from './run-lab.ts';

export function addLabCommand(program: Command, common: LabCommon): void {
  program
    .command('lab')
    .description(
      'start a simulated CUCM cluster or another box, DNS and CA on this machine, and the daemon beside them',
    )
    .option('--once', 'renew, show each step, and end with 0 only when the new certificate was seen served')
    .addOption(
      new Option('--empty', 'begin as a new installation does, without a user and a connection').conflicts('once'),
    )
    .option('--cluster', 'a publisher, two subscribers and one IM and Presence node in place of one node or two')
    .addOption(new Option('--product <name>', 'what is simulated').choices(LAB_PRODUCTS).default('cucm'))
    .addOption(
      new Option('--fault <name>', `what the lab does wrong, may be repeated: ${Object.keys(ALL_FAULTS).join(', ')}`)
        .argParser((name, earlier: readonly string[]) => [...earlier, name])
        .default([], 'none'),
    )
    .option('--json', 'one event per line')
    .action(async (options: LabOptions) => {
      const { runLab } = await import('./run-lab.ts');
      common.setStatus(await runLab(options, common));
    });
}
