import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import type { App } from '../app.ts';
import type { BackupsView } from './contract/backups.ts';
import { needs } from './guard.ts';

/** Encrypted archives of the installation: what there is, a new one, and one to take away. */
export function backupsRouter({ backups, config, operations }: App): Router {
  const router = Router();

  router.get('/', needs('admin'), async (_req, res) => {
    const { place, keep } = backups;
    const failed = (await operations.backups.read())?.failed ?? null;
    res.json({ place, keep, dailyAt: config.backupAt, failed, backups: await backups.list() } satisfies BackupsView);
  });

  router.post('/', needs('admin'), async (_req, res) => {
    res.status(201).json(await backups.run());
  });

  router.get('/:name', needs('admin'), async (req, res) => {
    const scratch = await mkdtemp(join(config.dataDir, '.download-'));
    try {
      const file = join(scratch, 'archive');
      await backups.fetch(req.params.name, file);
      res.attachment(req.params.name);
      await new Promise<void>((resolve, reject) => {
        res.sendFile(file, { dotfiles: 'allow' }, (err) => (err ? reject(err) : resolve()));
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });

  return router;
}
