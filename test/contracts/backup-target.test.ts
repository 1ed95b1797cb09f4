import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTarget } from '../../backend/src/backup/open-target.ts';
import { archiveName, type BackupTarget } from '../../backend/src/backup/target.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { type S3Server, startS3 } from '../support/s3.ts';

const KEY = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a/secret+of/the=storage' };
const NO_S3 = { endpoint: null, region: 'us-east-1', accessKeyId: null, secretAccessKey: null };
const NAMES = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) =>
  archiveName(new Date(`${day}T02:40:00Z`), '1a2b3c4d'),
);

let folder: string;
let s3: S3Server;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-target-'));
  s3 = await startS3('backups', KEY);
});
afterEach(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const inS3 = (secret = KEY.secretAccessKey, bucket = 'backups') =>
  openTarget({
    to: `s3://${bucket}/site-a`,
    s3: { ...NO_S3, endpoint: s3.url, accessKeyId: KEY.accessKeyId, secretAccessKey: new Secret(secret) },
  });

const targets: readonly [string, () => BackupTarget][] = [
  ['a folder', () => openTarget({ to: join(folder, 'kept'), s3: NO_S3 })],
  ['a bucket', () => inS3()],
];

describe.each(targets)('%s', (_, open) => {
  async function store(target: BackupTarget, ...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await writeFile(join(folder, 'source'), `content of ${name}`);
      await target.put(name, join(folder, 'source'));
    }
  }

  it('is empty at first', async () => {
    expect(await open().list()).toEqual([]);
  });

  it('lists what was stored, the oldest first, over all pages', async () => {
    const target = open();
    await store(target, ...NAMES.toReversed());

    expect(await target.list()).toEqual(NAMES.map((name) => ({ name, bytes: `content of ${name}`.length })));
  });

  it('gives back what was stored', async () => {
    const target = open();
    const [name = ''] = NAMES;
    await store(target, name);

    await target.get(name, join(folder, 'copy'));

    expect(await readFile(join(folder, 'copy'), 'utf8')).toBe(`content of ${name}`);
  });

  it('forgets what is removed, also twice', async () => {
    const target = open();
    const [first = '', second = ''] = NAMES;
    await store(target, first, second);

    await target.remove(first);
    await target.remove(first);

    expect((await target.list()).map(({ name }) => name)).toEqual([second]);
    await expect(target.get(first, join(folder, 'copy'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a folder', () => {
  it('is left without the half of an archive', async () => {
    const target = openTarget({ to: join(folder, 'kept'), s3: NO_S3 });
    await mkdir(join(folder, 'kept', NAMES[0] ?? '', 'in the way'), { recursive: true });
    await writeFile(join(folder, 'source'), 'content');

    await expect(target.put(NAMES[0] ?? '', join(folder, 'source'))).rejects.toThrow();

    expect(await readdir(join(folder, 'kept'))).toEqual([NAMES[0]]);
  });

  it('leaves what is not ours alone', async () => {
    const target = openTarget({ to: folder, s3: NO_S3 });
    await writeFile(join(folder, 'notes.txt'), 'somebody else');

    expect(await target.list()).toEqual([]);
  });
});

describe('a bucket', () => {
  it.each([
    ['a wrong secret', () => inS3('wrong'), 'SignatureDoesNotMatch'],
    ['a bucket that is not there', () => inS3(undefined, 'elsewhere'), 'NoSuchBucket'],
  ])('is refused with the words of the storage for %s', async (_, open, words) => {
    await expect(open().list()).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringContaining(words),
    });
  });

  it('is no longer asked when nobody waits for it', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const target = openTarget({
      to: 's3://backups',
      s3: { ...NO_S3, endpoint, accessKeyId: KEY.accessKeyId, secretAccessKey: new Secret(KEY.secretAccessKey) },
    });
    const stop = new AbortController();
    const asking = target.get(NAMES[0] ?? '', join(folder, 'copy'), stop.signal);
    silent.once('request', () => stop.abort());

    await expect(asking).rejects.toMatchObject({ code: 'BACKUP_FAILED' });

    silent.close();
  });

  it('keeps to its prefix', async () => {
    s3.objects.set(`site-b/${NAMES[0]}`, Buffer.from('of another site'));

    expect(await inS3().list()).toEqual([]);
  });

  it('needs both halves of a key', () => {
    expect(() => openTarget({ to: 's3://backups', s3: { ...NO_S3, accessKeyId: 'AKIAEXAMPLE' } })).toThrow(
      'belong together',
    );
  });
});
