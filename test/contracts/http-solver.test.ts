import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listenForChallenges } from '../../backend/src/http01/challenge-listener.ts';
import { httpSolverPlugin } from '../../backend/src/http01/index.ts';
import { TokenBoard } from '../../backend/src/http01/token-board.ts';
import { httpSolver, serveFolder } from '../support/http-solver.ts';
import { missing } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch.ts';
import { startSshd } from '../support/sshd.ts';
import { type HttpSolverWorld, httpSolverContract } from './http-solver.ts';

httpSolverContract('listener', async () => {
  const board = new TokenBoard();
  const listening = await listenForChallenges(board, { host: '127.0.0.1', port: 0 });
  return {
    origin: `http://127.0.0.1:${listening.port}`,
    solver: () => httpSolver(httpSolverPlugin('listener'), {}, { board }),
    others: async () => [...board.places],
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
});

for (const id of ['webroot', 'webroot-sftp']) {
  const isRemote = id === 'webroot-sftp';
  httpSolverContract(id, () => webrootWorld(id, isRemote), isRemote ? missing('sshd', 'ssh-keygen') : null);
}

async function webrootWorld(id: string, isRemote: boolean): Promise<HttpSolverWorld> {
  const sshd = isRemote ? await startSshd() : null;
  const login = sshd && {
    host: '127.0.0.1',
    sshPort: sshd.port,
    user: sshd.user,
    privateKey: sshd.privateKey,
    sshHostKeys: [sshd.hostKey],
  };
  const folder = await scratchFolder('certferry-webroot-');
  await writeFile(join(folder, 'index.html'), 'a page');
  await mkdir(join(folder, '.well-known', 'acme-challenge'), { recursive: true });
  await writeFile(join(folder, '.well-known', 'acme-challenge', 'of-another-client'), 'kept');
  const web = await serveFolder(folder);
  return {
    origin: web.origin,
    solver: () => httpSolver(httpSolverPlugin(id), { folder, ...login }),
    others: async () => (await readdir(folder, { recursive: true })).sort(),
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await sshd?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
