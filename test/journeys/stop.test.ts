import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Journey } from '../support/journey.ts';
import { missing, pathOf } from '../support/programs.ts';
import { ROOT, read } from '../support/repository.ts';

const MAIN = fileURLToPath(new URL('../../backend/src/main.ts', import.meta.url));
const UNIT = join(ROOT, 'deploy/certferry.service');

/** Seconds that the service manager waits before it kills. */
const PATIENCE = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('deploy/certferry.service'))?.[1]);

describe('a daemon that is told to stop', { timeout: 120_000 }, () => {
  it('ends well within the patience of its unit, and the renewal goes on in the next one', async () => {
    await using journey = await Journey.start();
    const id = await journey.start({ goal: 'serve', activation: 'ask' });
    await journey.event(id, 'step.held');
    await journey.release();
    const killed = join(journey.folder, 'accounts/.backing-up-killed');
    await mkdir(killed);
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...journey.folders(),
        CERTFERRY_PORT: '0',
        CERTFERRY_HTTPS: 'off',
        CERTFERRY_BACKUP_AT: 'never',
        CERTFERRY_RESOLVERS: journey.lab.dns.resolver,
      },
    });
    let log = '';
    child.stdout.on('data', (chunk) => {
      log += String(chunk);
    });
    await expect.poll(() => log, { timeout: 60_000 }).toContain('certferry is ready');

    await expect(stat(killed)).rejects.toThrow('ENOENT');
    const began = performance.now();
    child.kill('SIGTERM');
    const [status, signal] = await once(child, 'exit');
    const tookMs = performance.now() - began;
    await journey.takeOver();
    await journey.app.runner.resume(id);
    const { finished } = await journey.ended(id);

    expect({ status, signal }).toEqual({ status: 0, signal: null });
    expect(tookMs).toBeLessThan(PATIENCE * 1_000);
    expect(log).toContain('certferry stops');
    expect(
      log
        .trim()
        .split('\n')
        .map((line): object => JSON.parse(line)).length,
    ).toBeGreaterThan(1);
    expect(finished.outcome).toBe('verified');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });
});

describe('the systemd unit', () => {
  it.skipIf(missing('systemd-analyze'))('is right and tight in the eyes of systemd', () => {
    const verified = spawnSync(pathOf('systemd-analyze') ?? '', ['verify', '--man=no', UNIT], { encoding: 'utf8' });
    const judged = spawnSync(pathOf('systemd-analyze') ?? '', ['security', '--offline=true', '--threshold=15', UNIT], {
      encoding: 'utf8',
    });

    // Where Node.js and the checkout are elsewhere is no fault of the unit.
    const faults = verified.stderr
      .split('\n')
      .filter((line) => /certferry\.service/.test(line) && !/not executable/.test(line));
    expect(faults).toEqual([]);
    expect(judged.stdout + judged.stderr).toMatch(/Overall exposure level for certferry.service: 1\.\d/);
    expect(judged.status).toBe(0);
  });
});
