import { access, constants, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Finding } from '../domain/finding.ts';
import { count } from '../domain/words.ts';
import { block, ok, warn, wordsOf } from './finding.ts';

const OTHERS = 0o077;
/** Of `data/` itself; what is in them is looked at by whoever knows them. */
const LEFT_OUT = ['backups'];

/** Folders and files: there, readable and writable by who runs this, and by nobody else. */
export async function examineFolders({ dataDir, accountsDir }: Config): Promise<readonly Finding[]> {
  return [
    await folder({ id: 'folders.data', title: 'Data folder' }, dataDir),
    await folder({ id: 'folders.accounts', title: 'Accounts folder' }, accountsDir),
  ];
}

async function folder(about: Pick<Finding, 'id' | 'title'>, path: string): Promise<Finding> {
  try {
    const { uid } = await lstat(path);
    const own = process.geteuid?.();
    if (own !== undefined && own !== 0 && own !== uid) {
      return warn(
        about,
        `${path} belongs to user ${uid}, and this runs as ${own}`,
        'Run doctor as the user of the daemon, to see what it sees.',
      );
    }
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await contents(about, path);
  } catch (err) {
    return block(
      about,
      wordsOf(err),
      `Give ${path} to the user of the daemon, with mode 0700; the first start makes it.`,
    );
  }
}

async function contents(about: Pick<Finding, 'id' | 'title'>, path: string): Promise<Finding> {
  const found = [path, ...(await below(path))];
  const looks = await Promise.all(found.map(async (one) => ({ one, ...(await look(one)) })));
  const closed = looks.filter(({ readable }) => !readable);
  const open = looks.filter(({ openToOthers }) => openToOthers);
  if (closed.length > 0) {
    return block(
      about,
      `${closed[0]?.one} cannot be read, as ${count(closed.length, 'entry')} of ${found.length}`,
      'Give it to the user of the daemon.',
    );
  }
  if (open.length > 0) {
    const answer = `${open[0]?.one} is open to other users, as ${count(open.length, 'entry')} of ${found.length}`;
    return warn(about, answer, `chmod -R go= ${path}; the daemon does it at its start with what it owns.`);
  }
  return ok(about, `${path}, ${count(found.length, 'entry')}, private`);
}

async function below(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const wanted = entries.filter(({ name }) => !LEFT_OUT.includes(name));
  const deeper = wanted.filter((entry) => entry.isDirectory()).map(({ name }) => below(join(path, name)));
  return [...wanted.map(({ name }) => join(path, name)), ...(await Promise.all(deeper)).flat()];
}

async function look(path: string): Promise<{ readonly readable: boolean; readonly openToOthers: boolean }> {
  const found = await lstat(path);
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  return { readable, openToOthers: !found.isSymbolicLink() && (found.mode & OTHERS) !== 0 };
}
