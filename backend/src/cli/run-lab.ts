import { randomBytes } from 'node:crypto';
import { ALL_FAULTS, type FaultName, LAB_CLUSTER, type LabClusterNodes, type LabProduct } from '@certferry/lab';
import type { App } from '../app.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { addPracticeConnection } from '../practice.ts';
import { listen } from '../server.ts';
import { inLab, type LabWorld, renewInLab } from './lab-app.ts';
import { labConnection } from './lab-connection.ts';
import { stopSignal } from './stop-signal.ts';

const TITLES: Readonly<Record<LabProduct, string>> = {
  cucm: 'CUCM',
  ise: 'ISE',
  expressway: 'Expressway',
  'catalyst-center': 'Catalyst Center',
  vcenter: 'vCenter',
};

export interface LabOptions {
  readonly once?: true;
  readonly empty?: true;
  readonly cluster?: true;
  readonly product: LabProduct;
  readonly fault: readonly string[];
  readonly json?: true;
}

export interface LabCommon {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

/** @throws AppError BAD_REQUEST naming the faults there are. */
function asFault(name: string): FaultName {
  if (isFault(name)) return name;
  const list = Object.entries(ALL_FAULTS).map(([fault, meaning]) => `  ${fault}: ${meaning}`);
  throw new AppError('BAD_REQUEST', `There is no fault "${name}". These are:\n${list.join('\n')}`);
}

function isFault(name: string): name is FaultName {
  return name in ALL_FAULTS;
}

/** Somebody to log in as. The lab forgets everything, so the password may be printed. */
async function addLabUser({ access }: App): Promise<{ readonly name: string; readonly password: string }> {
  const name = 'lab';
  const password = randomBytes(12).toString('base64url');
  await access.users.createFirst(name, new Secret(password));
  return { name, password };
}

/** Enough to see that one node is restarted after the other, and done in half a minute. */
const SMALL_CLUSTER: LabClusterNodes = {
  publisher: LAB_CLUSTER.publisher,
  subscribers: LAB_CLUSTER.subscribers.slice(0, 1),
  imp: [],
};

/** Where a person looks on, there are nodes enough to see how they are restarted. */
function clusterOf({ once, cluster, product }: LabOptions): boolean | LabClusterNodes {
  if (cluster) return true;
  return !once && product === 'cucm' && SMALL_CLUSTER;
}

/** Returns the exit status. */
export async function runLab(options: LabOptions, { env, out }: LabCommon): Promise<number> {
  const { once, empty, product, fault } = options;
  const faults = fault.map(asFault);
  const wanted = { cluster: clusterOf(options), product, testCa: once !== true };
  return await inLab(wanted, env, async (world) => {
    for (const name of faults) world.lab.faults.on(name);
    if (once) return await renewOnce(world, options, out);
    return empty ? await showEmpty(world, options, out) : await showReady(world, options, out);
  });
}

async function renewOnce({ lab, app }: LabWorld, options: LabOptions, out: NodeJS.WriteStream): Promise<number> {
  const connection = await addPracticeConnection(app.store, labConnection(lab));
  await app.start();
  if (!options.json) out.write(`Renewing the certificate of the simulated ${TITLES[options.product]}\n`);
  return await renewInLab(app, connection.id, options.json === true, out);
}

/** With a user and a connection, to be renewed by clicking. */
async function showReady({ lab, app, accessToken }: LabWorld, options: LabOptions, out: NodeJS.WriteStream) {
  const stopped = stopSignal();
  await addPracticeConnection(app.store, labConnection(lab));
  await app.start();
  await using server = await listen(app, accessToken);
  const login = { url: server.url, ...(await addLabUser(app)) };
  out.write(options.json ? `${JSON.stringify(login)}\n` : greeting(login, TITLES[options.product]));
  await stopped;
  return 0;
}

/** As a new installation is, beside an appliance to practise with. */
async function showEmpty({ app, accessToken }: LabWorld, options: LabOptions, out: NodeJS.WriteStream) {
  const stopped = stopSignal();
  await app.start();
  await using server = await listen(app, accessToken);
  const token = await app.access.setUp.token();
  const url = `${server.url}/setup#${token?.reveal() ?? ''}`;
  out.write(options.json ? `${JSON.stringify({ setUp: url })}\n` : welcome(url, TITLES[options.product]));
  await stopped;
  return 0;
}

function greeting({ url, name, password }: Login, title: string): string {
  return `certferry lab: ${url}   user: ${name}   password: ${password}

  A simulated ${title} with DNS and a CA, and one connection to it. Log in, choose the connection, and press "Renew now".

The lab goes on until Ctrl-C, and forgets everything then.
`;
}

interface Login {
  readonly url: string;
  readonly name: string;
  readonly password: string;
}

function welcome(url: string, title: string): string {
  return `certferry lab: a simulated ${title}, with DNS and a CA, and a daemon that knows nothing yet.

  Open ${url}
  create the administrator, choose "Add the lab connection", and renew it.

The lab goes on until Ctrl-C, and forgets everything then.
`;
}
