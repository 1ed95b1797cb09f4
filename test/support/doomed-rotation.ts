import { readConfig } from '../../backend/src/config/config.ts';
import { existingMasterKey } from '../../backend/src/config/secrets.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { rotateVault } from '../../backend/src/rotation.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';

/** Gives a vault another key, and is killed after the step that it is told. */
const [, , folder = '', dieAfter] = process.argv;
const env = { CERTFERRY_DATA_DIR: folder };
const config = readConfig(env);
const from = await existingMasterKey(env, config);
await rotateVault({
  ...config,
  from,
  to: newMasterKey(),
  ownKeyFile: true,
  clock: systemClock,
  onStep: (step) => {
    if (step === dieAfter) process.kill(process.pid, 'SIGKILL');
  },
});
