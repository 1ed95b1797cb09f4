import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../backend/src/domain/errors.ts';
import { verifyAuditFile } from '../../backend/src/store/kysely/audit-file.ts';
import { VERSION } from '../../backend/src/version.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

describe('backup and restore', { timeout: 60_000 }, () => {
  it('carries a renewal that waits for a person to an empty machine, where it goes on', async () => {
    await using journey = await Journey.start();
    const elsewhere = await mkdtemp(join(tmpdir(), 'certferry-elsewhere-'));
    const id = await journey.start({ goal: 'serve', activation: 'ask' });
    await journey.event(id, 'step.held');
    const { name } = await journey.app.backups.run();
    const archive = join(elsewhere, 'taken-away.age');
    await journey.app.backups.fetch(name, archive);
    await journey.release();
    await journey.wipe();
    const env = { ...journey.folders(), CERTFERRY_MASTER_KEY: journey.secrets.masterKey.reveal() };

    const { output } = await certferry(env, 'restore', archive);
    await journey.takeOver();
    await journey.app.runner.resume(id);
    const { finished } = await journey.ended(id);
    await rm(elsewhere, { recursive: true });

    expect(output).toMatch(/^Restored the state of 20\d\d-/);
    expect(finished.outcome).toBe('verified');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });

  it('carries a renewal that is running, which resumes by itself, and says in the audit that it was restored', async () => {
    await using journey = await Journey.start();
    journey.lab.faults.on('dns-servfail-secondary');
    const id = await journey.start();
    await journey.event(id, 'step.started', ({ step }) => step === 'propagate');
    const { name } = await journey.app.backups.run();
    const archive = join(journey.folder, 'taken-away.age');
    await journey.app.backups.fetch(name, archive);
    const running = await journey.app.store.renewals.get(id);
    await journey.release();
    await journey.wipe();
    journey.lab.faults.off('dns-servfail-secondary');
    const env = { ...journey.folders(), CERTFERRY_MASTER_KEY: journey.secrets.masterKey.reveal() };

    await certferry(env, 'restore', archive);
    await journey.takeOver();
    const { finished } = await journey.ended(id);
    const [restored] = await journey.app.store.audit.list({ action: 'backup.restore', limit: 5 });

    expect(running?.state).toMatchObject({ at: expect.stringMatching(/^propagate\./) });
    expect(finished.outcome).toBe('verified');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
    expect(restored).toMatchObject({
      actor: 'local operator',
      outcome: 'done',
      detail: { stateOf: expect.stringMatching(/^20\d\d-.*Z$/), madeByVersion: VERSION },
    });
    expect(verifyAuditFile(journey.app.config.databaseFile, []).fault).toBeNull();
  });

  it('is refused without the master key, with another one, and over an installation', async () => {
    await using journey = await Journey.start();
    const { name } = await journey.app.backups.run();
    const archive = join(journey.folder, 'taken-away.age');
    await journey.app.backups.fetch(name, archive);
    await journey.release();
    const given = { ...journey.folders(), CERTFERRY_MASTER_KEY: journey.secrets.masterKey.reveal() };
    const elsewhere = { ...journey.folders(), CERTFERRY_DATA_DIR: join(journey.folder, 'elsewhere') };
    const foreign = { ...given, CERTFERRY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };

    await expect(certferry(elsewhere, 'restore', archive)).rejects.toThrow('The master key is missing');
    await expect(certferry({ ...foreign, ...journey.folders('new') }, 'restore', archive)).rejects.toThrow(
      'does not open',
    );
    await expect(certferry(given, 'restore', archive)).rejects.toThrow('--replace');
    const replaced = await certferry(given, 'restore', archive, '--replace');
    await journey.takeOver();

    const [, data, accounts] = /What was there is now in (\S+) and (\S+)/.exec(replaced.output) ?? [];
    expect(data).toMatch(/\/data\/before-restore-\d{8}T\d{6}Z$/);
    expect(await readdir(data ?? '')).toContain('certferry.sqlite');
    expect(accounts).toMatch(/\/accounts\/before-restore-\d{8}T\d{6}Z$/);
    expect(await readdir(accounts ?? '')).toContain('issuers');
    expect(await journey.app.store.connections.all()).toHaveLength(1);
  });

  it('that was missed while the daemon was stopped is made at the next start, and a failure is told', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000);
    const backupAt = [hourAgo.getHours(), hourAgo.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
    await using journey = await Journey.start({ config: { backupAt } });
    const { backups, operations } = journey.app;
    const types = async () => {
      const events = await journey.app.store.events.read({ limit: 100 });
      return events.map(({ event }) => event.type).filter((type) => type.startsWith('backup.'));
    };
    const first = await backups.list();
    const old = { name: 'an older one', at: new Date(Date.now() - 86_400_000).toISOString(), bytes: 1 };
    await operations.backups.succeeded(old);

    await journey.restart();
    await expect.poll(types).toEqual(['backup.made', 'backup.made']);
    await journey.app.operations.backups.failed(new AppError('BACKUP_FAILED', 'The disk is full'));
    await journey.restart();
    await using server = await journey.listen();
    const listed = await certferry(journey.environment(server.url), 'backup', '--list');

    expect(first).toEqual([]);
    expect(await types()).toEqual(['backup.made', 'backup.made', 'backup.failed']);
    expect(listed.output).toMatch(/^The last try, at 20\d\d-\S+, failed: The disk is full\n1 backup in /);
  });

  it('is made and listed by command', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    const env = journey.environment(server.url);

    const made = await certferry(env, 'backup');
    const listed = await certferry(env, 'backup', '--list', '--json');

    expect(made.output).toMatch(
      /^certferry-\d{8}T\d{6}Z-[\da-f]{8}\.age, [\d.]+ kB, in the folder .*backups\. Keep the master key/,
    );
    expect(JSON.parse(listed.output)).toMatchObject({
      dailyAt: null,
      keep: 14,
      failed: null,
      backups: [{ bytes: expect.any(Number) }],
    });
  });
});
