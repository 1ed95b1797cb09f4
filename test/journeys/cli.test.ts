import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { ROOT } from '../support/repository.ts';

const lines = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe.concurrent('certferry lab --once', { timeout: 120_000 }, () => {
  it('renews the lab CUCM, prints each step, and ends with 0 because it was seen served', async () => {
    const { status, output } = await certferry({}, 'lab', '--once');

    expect(output).toMatch(
      /✓ Look at what is served[\s\S]+✓ CA validates and signs[\s\S]+✓ Seen served on every endpoint/,
    );
    expect(output).toMatch(/Verified\s+Served on 2 of 2 endpoints/);
    expect(status).toBe(0);
  });

  it('ends with 2 and says which endpoint serves what when the old certificate stays', async () => {
    const { status, output } = await certferry({}, 'lab', '--once', '--fault', 'wrong-cert-served');

    expect(output).toMatch(/cucm-pub\.lab\.example\.com \(127\.0\.0\.1:\d+\) still serves the old certificate/);
    expect(status).toBe(2);
  });

  it('names the faults there are', async () => {
    await expect(certferry({}, 'lab', '--once', '--fault', 'gremlins')).rejects.toThrow(
      /no fault "gremlins"[\s\S]+dns-lag/,
    );
  });

  it('prints events for programs', async () => {
    const { output } = await certferry({}, 'lab', '--once', '--json');

    const events = lines(output);
    expect(events.at(-1)).toMatchObject({ event: { type: 'renewal.finished', outcome: 'verified' } });
    expect(events.every(({ seq, at }) => Number.isInteger(seq) && !Number.isNaN(Date.parse(at)))).toBe(true);
  });
});

describe.concurrent('commands for a running daemon', { timeout: 120_000 }, () => {
  it('add, list, look, renew, tell and forget', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    const env = journey.environment(server.url);
    const file = join(journey.folder, 'connection.json');
    await writeFile(file, JSON.stringify({ ...labConnection(journey.lab), name: 'From a file' }));

    const added = await certferry(env, 'connections', 'add', file);
    const id = /Connection (\d+) added/.exec(added.output)?.[1] ?? '';
    const listed = await certferry(env, 'connections', 'list');
    const looked = await certferry(env, 'renew', id, '--dry-run');
    const renewed = await certferry(env, 'renew', id);
    const told = await certferry(env, 'status', '--json');
    const removed = await certferry(env, 'connections', 'remove', id);

    expect(listed.output).toMatch(/From a file\s+vos\/cucm tomcat\s+cucm-pub\.lab\.example\.com\s+never renewed/);
    expect(looked.output).toMatch(/✓ ok {4}Zone of _acme-challenge/);
    expect(looked.status).toBe(0);
    expect(journey.lab.exchanges.count('vos.csr.create')).toBe(1);
    expect(renewed.output).toContain('Verified');
    expect(renewed.status).toBe(0);
    expect(JSON.parse(told.output)).toMatchObject([{ outcome: 'verified' }]);
    expect(removed.output).toContain('removed');
  });

  it('ends a dry run with 1 when something is in the way', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, dnsNames: ['*.lab.example.com'] }),
    });
    await using server = await journey.listen();
    const env = journey.environment(server.url);

    const { status, output } = await certferry(env, 'renew', String(journey.connection.id), '--dry-run');

    expect(output).toMatch(/✗ stop .*wildcard/i);
    expect(status).toBe(1);
  });

  it('say what to do when no daemon answers', async () => {
    const env = { CERTFERRY_PUBLIC_URL: 'http://127.0.0.1:1', CERTFERRY_ACCESS_TOKEN: 'a-token-that-is-long-enough' };

    await expect(certferry(env, 'status')).rejects.toThrow('Start it with `certferry serve`');
  });

  it('say what to do when there is no token', async () => {
    await expect(certferry({ CERTFERRY_DATA_DIR: '/nonexistent' }, 'status')).rejects.toThrow('CERTFERRY_TOKEN');
  });
});

describe('the program itself', () => {
  it('starts as a process of its own, and writes plainly into a pipe', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=source', join(ROOT, 'backend/src/cli.ts'), 'lab', '--once', '--json'],
      { cwd: ROOT, env: { ...process.env, FORCE_COLOR: '1' } },
    );

    expect(stdout).not.toContain('\u001b[');
    expect(lines(stdout).at(-1)).toMatchObject({ event: { outcome: 'verified' } });
  });
});
