import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { count } from '../domain/words.ts';
import { ApiClient } from './client.ts';
import { unwritable } from './unwritable.ts';

interface ExchangesContext {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
}

export function addExchangesCommand(program: Command, { env, out }: ExchangesContext): void {
  program
    .command('exchanges <renewal>')
    .description(
      'what was said to the appliance in a renewal, without secrets and with stand-ins for names, to send us',
    )
    .option('--out <file>', 'write it there, readable by its owner alone')
    .action(async (renewal: string, { out: file }: { out?: string }) => {
      const text = await (await ApiClient.find(env, readConfig(env))).recording(renewal);
      if (file === undefined) {
        out.write(text);
        return;
      }
      await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch(unwritable(file));
      const lines = text.trimEnd().split('\n').length - 1;
      out.write(`${count(lines, 'exchange')} in ${file}. Read it before you send it.\n`);
    });
}
