import { randomBytes } from 'node:crypto';
import { FAULTS, type FaultName } from '@certferry/lab';
import { type Command, Option } from 'commander';
import type { App } from '../app.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { addPracticeConnection } from '../practice.ts';
import { listen } from '../server.ts';
import { inLab, renewInLab } from './lab-app.ts';
import { labConnection } from './lab-connection.ts';
import { stopSignal } from './serve.ts';

interface LabOptions {
  readonly once?: true;
  readonly cluster?: true;
  readonly fault: readonly string[];
  readonly json?: true;
}

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

export function addLabCommand(program: Command, common: Common): void {
  program
    .command('lab')
    .description('start a simulated CUCM, DNS and CA on this machine, and renew the CUCM certificate')
    .option('--once', 'renew, show each step, and end with 0 only when the new certificate was seen served')
    .option('--cluster', 'a publisher, two subscribers and one IM and Presence node in place of one node')
    .addOption(
      new Option('--fault <name>', `what the lab does wrong, may be repeated: ${Object.keys(FAULTS).join(', ')}`)
        .argParser((name, earlier: readonly string[]) => [...earlier, name])
        .default([], 'none'),
    )
    .option('--json', 'one event per line')
    .action(async (options: LabOptions) => common.setStatus(await runLab(options, common)));
}

/** @throws AppError BAD_REQUEST naming the faults there are. */
function asFault(name: string): FaultName {
  if (isFault(name)) return name;
  const list = Object.entries(FAULTS).map(([fault, meaning]) => `  ${fault}: ${meaning}`);
  throw new AppError('BAD_REQUEST', `There is no fault "${name}". These are:\n${list.join('\n')}`);
}

function isFault(name: string): name is FaultName {
  return name in FAULTS;
}

/** Somebody to log in as. The lab forgets everything, so the password may be printed. */
async function addLabUser({ access }: App): Promise<{ readonly name: string; readonly password: string }> {
  const name = 'lab';
  const password = randomBytes(12).toString('base64url');
  await access.users.createFirst(name, new Secret(password));
  return { name, password };
}

async function runLab({ once, cluster, fault, json: asJson }: LabOptions, { env, out }: Common): Promise<number> {
  const json = asJson === true;
  const faults = fault.map(asFault);
  return await inLab({ cluster: cluster === true, testCa: once !== true }, env, async ({ lab, app, accessToken }) => {
    for (const name of faults) lab.faults.on(name);
    const connection = await addPracticeConnection(app.store, labConnection(lab));
    await app.start();
    if (!json && once) out.write('Renewing the certificate of the simulated CUCM\n');
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
