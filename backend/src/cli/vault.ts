import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { existingMasterKey } from '../config/secrets.ts';
import { parseSetting, readSetting } from '../config/setting.ts';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { count } from '../domain/words.ts';
import { systemClock } from '../plugins/clock.ts';
import { type Rotated, rotateVault } from '../rotation.ts';
import { holdFolder } from '../store/folder-lock.ts';
import { settleKeyFile } from '../store/key-file.ts';
import { newMasterKey } from '../store/master-key.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
}

export function addVaultCommands(program: Command, { env, out }: Common): void {
  program
    .command('vault')
    .description('the stored secrets and their master key')
    .command('rotate')
    .description('seal all secrets with another master key; with the daemon stopped')
    .option('--new-key-file <file>', 'take the new key from there. Needed when the key comes from the environment')
    .action(async ({ newKeyFile }: { newKeyFile?: string }) => {
      const config = readConfig(env);
      using _lock = await holdFolder(config.dataDir);
      await settleKeyFile(config, systemClock.now());
      const given = readSetting(env, 'CERTFERRY_MASTER_KEY');
      const from = given ?? (await existingMasterKey(env, config));
      const to = await newKey(newKeyFile, given !== null);
      const rotated = await rotateVault({ ...config, from, to, ownKeyFile: given === null, clock: systemClock });
      out.write(inWords(rotated, newKeyFile));
    });
}

async function newKey(file: string | undefined, fromEnvironment: boolean): Promise<Secret> {
  if (file !== undefined)
    return parseSetting('CERTFERRY_MASTER_KEY', (await keyText(file)).trim(), `The content of ${file}`);
  if (!fromEnvironment) return newMasterKey();
  throw new AppError(
    'INVALID_SETTINGS',
    'The master key comes from the environment, where certferry cannot replace it. Make one (openssl rand -base64 32 > new.key) and give it with --new-key-file; afterwards set CERTFERRY_MASTER_KEY or CERTFERRY_MASTER_KEY_FILE to it.',
  );
}

async function keyText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('INVALID_SETTINGS', `--new-key-file: ${file} cannot be read.`, { cause });
  });
}

function inWords({ entries, oldKeyFile }: Rotated, newKeyFile: string | undefined): string {
  const next =
    oldKeyFile === null
      ? `Set CERTFERRY_MASTER_KEY_FILE (or CERTFERRY_MASTER_KEY) to the key in ${newKeyFile} before you start the daemon. `
      : `The new key is in master.key, the old one in ${oldKeyFile} of the data folder: move that to where you keep keys. `;
  return `${count(entries, 'entry', 'entries')} of the vault sealed with the new key.\n${next}Backups made until now open with the old key only, so keep it as long as them, and make a backup after the start.\n`;
}
