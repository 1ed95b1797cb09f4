import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { FETCHING } from '../backup/leftovers.ts';
import { openTarget } from '../backup/open-target.ts';
import { restore } from '../backup/restore.ts';
import { isArchiveName } from '../backup/target.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { existingMasterKey } from '../config/secrets.ts';
import { readSetting } from '../config/setting.ts';
import { count } from '../domain/words.ts';
import { systemClock } from '../plugins/clock.ts';
import { ensureWritableFolder } from '../store/private-files.ts';
import type { ApiClient } from './client.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
}

export function addBackupCommands(program: Command, client: () => Promise<ApiClient>, { env, out }: Common): void {
  program
    .command('backup')
    .description('have the daemon make an encrypted archive of everything it keeps, and read it back')
    .option('--list', 'show the archives that there are, and make none')
    .option('--json', 'machine-readable')
    .action(async ({ list, json }: { list?: true; json?: true }) => {
      const api = await client();
      const made = list ? null : await api.makeBackup();
      const view = await api.backups();
      if (json) return void out.write(`${JSON.stringify(made ?? view)}\n`);
      const lines = view.backups.map(({ name, bytes }) => `  ${name}  ${sizeOf(bytes)}`);
      out.write(
        made
          ? `${made.name}, ${sizeOf(made.bytes)}, in ${view.place}. Keep the master key elsewhere: nothing else opens it.\n`
          : `${failureOf(view)}${lines.length === 0 ? 'No backups yet' : count(lines.length, 'backup')} in ${view.place}\n${lines.join('\n')}\n`,
      );
    });
  program
    .command('restore <archive>')
    .description(
      'put an archive, a file or the name of one in the backup place, where the daemon of this machine looks; with the daemon stopped',
    )
    .option('--replace', 'move what is there aside first')
    .action(async (archive: string, { replace }: { replace?: true }) => {
      const config = readConfig(env);
      const masterKey = await existingMasterKey(env, config);
      const s3 = { ...config.s3, secretAccessKey: readSetting(env, 'CERTFERRY_S3_SECRET_ACCESS_KEY') };
      await ensureWritableFolder(config.dataDir);
      const scratch = await mkdtemp(join(config.dataDir, FETCHING));
      try {
        const file = isArchiveName(archive) ? join(scratch, archive) : archive;
        if (isArchiveName(archive)) await openTarget({ to: config.backupTo, s3 }).get(archive, file);
        const { manifest, movedTo } = await restore(file, config, {
          masterKey,
          replace: replace === true,
          clock: systemClock,
        });
        if (movedTo.length > 0) out.write(`What was there is now in ${movedTo.join(' and ')}\n`);
        out.write(
          `Restored the state of ${manifest.createdAt}, made by version ${manifest.version}. Start the daemon: unfinished renewals go on.\n`,
        );
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function failureOf({ failed }: Awaited<ReturnType<ApiClient['backups']>>): string {
  return failed === null ? '' : `The last try, at ${failed.at}, failed: ${failed.message}\n`;
}
