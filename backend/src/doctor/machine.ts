import { statfs } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import type { Finding } from '../domain/finding.ts';
import { block, ok, warn, wordsOf } from './finding.ts';

const MEGABYTE = 1_000_000;
const LEAST_SPACE = 100 * MEGABYTE;
const GOOD_SPACE = 1_000 * MEGABYTE;

/** Of Node.js 20, the first that has what certferry uses; 21 and odd releases after it get no mended weaknesses. */
const LEAST_NODE: readonly [number, number] = [20, 19];

/** The day from which a release gets no mended weaknesses any more (https://github.com/nodejs/Release), by major version. */
export const END_OF_LIFE: Readonly<Record<number, string>> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30' };

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy', 'all_proxy'];

/** The machine: what certferry runs on, and where. */
export async function examineMachine(
  config: Config,
  env: EnvRecord,
  { version, now }: { readonly version: string; readonly now: Date },
): Promise<readonly Finding[]> {
  return [nodeVersion(version, now), timeZone(env), proxies(env), ...(await diskSpace(config))];
}

function nodeVersion(version: string, now: Date): Finding {
  const about = { id: 'machine.node', title: 'Node.js' };
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    return block(about, version, `Install Node.js ${leastMajor}.${leastMinor} or later.`);
  }
  const even = `Install an even release that is supported, such as ${Math.max(...Object.keys(END_OF_LIFE).map(Number))}.`;
  if (major % 2 === 1) return warn(about, `${version}, a release without long support`, even);
  const end = END_OF_LIFE[major];
  if (end === undefined) return ok(about, version);
  return Date.parse(end) < now.getTime()
    ? warn(about, `${version}, whose weaknesses are not mended since ${end}`, even)
    : ok(about, `${version}, supported until ${end}`);
}

function timeZone({ TZ }: EnvRecord): Finding {
  const about = { id: 'machine.time-zone', title: 'Time zone' };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (TZ && !isTimeZone(TZ.replace(/^:/, ''))) {
    return warn(
      about,
      `TZ is "${TZ}", which Node.js does not know; it takes ${timeZone}`,
      'Set TZ to a name such as Europe/Berlin.',
    );
  }
  return ok(about, `${timeZone}: CERTFERRY_BACKUP_AT is meant in it`);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

function proxies(env: EnvRecord): Finding {
  const about = { id: 'machine.proxies', title: 'Proxy variables' };
  const set = PROXIES.filter((name) => env[name]);
  if (set.length === 0) return ok(about, 'none is set');
  return warn(
    about,
    `${set.join(', ')} set, and not used: certferry connects directly`,
    'Allow the daemon out to the CA, the DNS services and the appliances; take the variables away so that nobody relies on them.',
  );
}

async function diskSpace({ dataDir, accountsDir }: Config): Promise<readonly Finding[]> {
  return Promise.all(
    [
      { id: 'disk.data', title: 'Free space for the data', folder: dataDir },
      { id: 'disk.accounts', title: 'Free space for accounts', folder: accountsDir },
    ].map(async ({ folder, ...about }) => {
      try {
        const { bavail, bsize } = await statfs(folder);
        const free = bavail * bsize;
        const answer = `${Math.round(free / MEGABYTE)} MB free`;
        if (free < LEAST_SPACE)
          return block(about, answer, 'Make room: a renewal that cannot be written down is not begun.');
        return free < GOOD_SPACE
          ? warn(about, answer, 'Make room: an upgrade copies the database, a backup copies everything.')
          : ok(about, answer);
      } catch (err) {
        return block(about, wordsOf(err), 'Make the folder, or correct the setting that names it.');
      }
    }),
  );
}
