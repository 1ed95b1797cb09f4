import type { SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import { type FileLook, type FileSystem, fileFailure, type Trouble } from './file-system.ts';

/** Files over SFTP, with the extensions of OpenSSH where they are offered. `chown` is asked for owners that are names. */
export function sftpFiles(
  host: string,
  sftp: SFTPWrapper,
  chown: (owner: string, path: string) => Promise<void>,
): FileSystem {
  const doing = async <T>(path: string, what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw fileFailure(host, path, what, troubleOf(cause), { cause, said: wordsOf(cause) });
    }
  };
  return {
    host,
    look: (path) => doing(path, 'cannot be looked at', () => unlessMissing(() => look(sftp, path))),
    read: (path) =>
      doing(path, 'cannot be read', () => unlessMissing(() => asked<Buffer>((done) => sftp.readFile(path, done)))).then(
        (bytes) => bytes?.toString('utf8') ?? null,
      ),
    create: (path, content) => doing(path, 'cannot be written', () => create(sftp, path, content)),
    setMode: (path, mode) =>
      doing(path, 'cannot be given its mode', () => told((done) => sftp.chmod(path, mode, done))),
    setOwner: (path, owner) =>
      doing(path, `cannot be given the owner ${owner}`, () => setOwner(sftp, path, owner)).then((isSet) =>
        isSet ? undefined : chown(owner, path),
      ),
    rename: (from, to) => doing(to, 'cannot be replaced', () => rename(sftp, from, to)),
    makeFolder: (path) => doing(path, 'cannot be made', () => told((done) => sftp.mkdir(path, done))),
    remove: (path) =>
      doing(path, 'cannot be removed', async () => {
        await unlessMissing(() => told((done) => sftp.unlink(path, done)));
      }),
    list: (folder) =>
      doing(folder, 'cannot be listed', async () => {
        const entries = await asked<readonly { readonly filename: string }[]>((done) => sftp.readdir(folder, done));
        return entries.map(({ filename }) => filename);
      }),
  };
}

async function look(sftp: SFTPWrapper, path: string): Promise<FileLook> {
  const stats = await asked<ssh2.Stats>((done) => sftp.lstat(path, done));
  const { uid, gid, mode } = stats;
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  return { kind, mode: mode & 0o7777, uid, gid };
}

async function create(sftp: SFTPWrapper, path: string, content: string): Promise<void> {
  const handle = await asked<Buffer>((done) => sftp.open(path, 'wx', { mode: 0o600 }, done));
  try {
    const bytes = Buffer.from(content);
    // Servers that ignore the mode of `open` get no content before this.
    await told((done) => sftp.fchmod(handle, 0o600, done));
    if (bytes.length > 0) await told((done) => sftp.write(handle, bytes, 0, bytes.length, 0, done));
    await whereOffered(() => told((done) => sftp.ext_openssh_fsync(handle, done)));
  } finally {
    await told((done) => sftp.close(handle, done));
  }
}

/** False when the owner is a name: SFTP knows numbers alone. */
async function setOwner(sftp: SFTPWrapper, path: string, owner: string): Promise<boolean> {
  const [uid, gid] = owner.split(':');
  if (![uid, gid ?? '0'].every((part) => part !== undefined && /^\d+$/.test(part))) return false;
  const group = gid === undefined ? (await look(sftp, path)).gid : Number(gid);
  await told((done) => sftp.chown(path, Number(uid), group, done));
  return true;
}

/**
 * The rename of SFTP itself refuses to replace a file
 * (https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-6.5). Where `posix-rename@openssh.com` is not
 * offered, there is an instant without a file.
 */
async function rename(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if (await whereOffered(() => told((done) => sftp.ext_openssh_rename(from, to, done)))) return;
  await unlessMissing(() => told((done) => sftp.unlink(to, done)));
  await told((done) => sftp.rename(from, to, done));
}

/** False when the server does not offer the extension. */
async function whereOffered(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (err) {
    // ssh2 throws this by itself, without asking: it knows from the greeting what is offered.
    if (codeOf(err) === ssh2.utils.sftp.STATUS_CODE.OP_UNSUPPORTED || /not support/.test(wordsOf(err))) return false;
    throw err;
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (err) {
    if (codeOf(err) === ssh2.utils.sftp.STATUS_CODE.NO_SUCH_FILE) return null;
    throw err;
  }
}

type Done<T> = (err: Error | undefined | null, value: T) => void;

function asked<T>(ask: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => ask((err, value) => (err ? reject(err) : resolve(value))));
}

function told(tell: (done: (err?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => tell((err) => (err ? reject(err) : resolve())));
}

function troubleOf(cause: unknown): Trouble {
  const { NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, OP_UNSUPPORTED } = ssh2.utils.sftp.STATUS_CODE;
  const code = codeOf(cause);
  if (code === NO_SUCH_FILE) return 'missing';
  if (code === PERMISSION_DENIED) return 'denied';
  return code === FAILURE || code === OP_UNSUPPORTED ? 'other' : 'lost';
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : null;
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
