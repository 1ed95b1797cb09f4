import { randomBytes } from 'node:crypto';
import { ALL_FAULTS, type FaultName, type LabProduct } from '@certferry/lab';
import type { App } from '../app.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { addPracticeConnection } from '../practice.ts';
import { listen } from '../server.ts';
import { inLab, renewInLab } from './lab-app.ts';
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

/** Returns the exit status. */
export async function runLab(
  { once, cluster, product, fault, json: asJson }: LabOptions,
  { env, out }: LabCommon,
): Promise<number> {
  const json = asJson === true;
  const faults = fault.map(asFault);
  const options = { cluster: cluster === true, product, testCa: once !== true };
  return await inLab(options, env, async ({ lab, app, accessToken }) => {
    for (const name of faults) lab.faults.on(name);
    const connection = await addPracticeConnection(app.store, labConnection(lab));
    await app.start();
    if (!json && once) out.write(`Renewing the certificate of the simulated ${TITLES[product]}\n`);
    if (once) return await renewInLab(app, connection.id, json, out);
    await using server = await listen(app, accessToken);
    const { name, password } = await addLabUser(app);
    if (!json) out.write(`certferry lab: ${server.url}   user: ${name}   password: ${password}\n\n`);
    await renewInLab(app, connection.id, json, out);
    if (!json) out.write('\nThe lab goes on until Ctrl-C.\n');
    await stopSignal();
    return 0;
  });
}
