import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, read } from './support/repository.ts';

/** What CONTRIBUTING.md tells people to type. The suite runs on the blueprint itself: backend/src/dns/_blueprint/contract.test.ts. */

const [, SECTION = ''] = read('CONTRIBUTING.md').split('\n## Add a DNS provider\n');
const [STEPS = ''] = SECTION.split('\n## ');
const PLACE = 'backend/src/dns';
const BLUEPRINT = join(ROOT, PLACE, '_blueprint');

describe('adding a DNS provider', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certferry-contributing-'));
    await cp(join(ROOT, PLACE, '_blueprint'), join(folder, PLACE, '_blueprint'), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes fewer than ten steps', () => {
    const numbers = [...STEPS.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeLessThan(10);
  });

  it('begins with a copy that has the new name everywhere', async () => {
    const [, commands = ''] = /```sh\n([\s\S]*?)```/.exec(STEPS) ?? [];

    await promisify(execFile)('sh', ['-e', '-c', commands.replace(/^ +/gm, '')], { cwd: folder });

    const copy = join(folder, PLACE, 'acmecloud');
    const copied = filesIn(copy);
    expect(copied.map((path) => path.replace('acmecloud.test.ts', 'blueprint.test.ts')).sort()).toEqual(
      filesIn(BLUEPRINT),
    );
    expect(copied.filter((path) => /blueprint/i.test(textOf(copy, path)))).toEqual([]);
    expect(textOf(copy, 'index.ts')).toContain('export const acmecloud: DnsPlugin');
  });

  it('names the line that plugins.ts wants, and marks that are there', () => {
    const line = /`(export \{ acmecloud \} from '\.\/acmecloud\/index\.ts';)`/.exec(STEPS)?.[1] ?? '';
    const lines = read(`${PLACE}/plugins.ts`)
      .split('\n')
      .filter((one) => one.startsWith('export '));

    expect(lines).toContain(line.replace('{ acmecloud }', '{ manual }').replace('/acmecloud/', '/manual/'));
    expect(filesIn(BLUEPRINT).filter((path) => textOf(BLUEPRINT, path).includes('Fill in')).length).toBeGreaterThan(5);
  });
});

function filesIn(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true }).map(String);
  return paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
}

function textOf(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}
