import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ApiClient } from './client.ts';
import { unwritable } from './unwritable.ts';

interface Common {
  readonly out: NodeJS.WriteStream;
  readonly client: () => Promise<ApiClient>;
}

export function addEvidenceCommand(program: Command, { out, client }: Common): void {
  program
    .command('evidence <renewal>')
    .description(
      'everything about a renewal for whoever asks afterwards: plan, who decided, order, fingerprints, timings',
    )
    .option(
      '--out <file>',
      'write it there, readable by its owner alone; a name that ends in .html makes a page to print',
    )
    .option('--html', 'a page to print in place of JSON')
    .option('--anonymous', 'with stand-ins for names, addresses and fingerprints')
    .action(async (renewal: string, { out: file, html, anonymous }: EvidenceOptions) => {
      const isPage = html === true || /\.html?$/i.test(file ?? '');
      const path = `/renewals/${encodeURIComponent(renewal)}/evidence${isPage ? '.html' : ''}`;
      const text = await (await client()).text(`${path}${anonymous ? '?anonymous=true' : ''}`);
      if (file === undefined) return void out.write(isPage ? text : `${text}\n`);
      await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch(unwritable(file));
      out.write(`The evidence is in ${file}.\n`);
    });
}

interface EvidenceOptions {
  readonly out?: string;
  readonly html?: true;
  readonly anonymous?: true;
}
