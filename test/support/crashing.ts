import { pino } from 'pino';
import { tellCrashes } from '../../backend/src/crash.ts';
import { Secret } from '../../backend/src/domain/secret.ts';

/** Dies as a daemon does in which a library rejects with everything that it knows. */
const [, , how = '', password = ''] = process.argv;
tellCrashes(pino());
const basic = Buffer.from(`admin:${password}`).toString('base64');
const cause = Object.assign(new Error(`GET / with Authorization: Basic ${basic} failed`), { password });
const error = Object.assign(new Error('Request failed', { cause }), {
  config: { auth: { password }, headers: { authorization: `Basic ${basic}` } },
  secret: new Secret(password),
});
if (how === 'rejection') void Promise.reject(error);
else
  setImmediate(() => {
    throw error;
  });
