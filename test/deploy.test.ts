import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { END_OF_LIFE } from '../backend/src/doctor/machine.ts';
import { Daemon } from './support/daemon.ts';
import { missing, pathOf } from './support/programs.ts';
import { ROOT, read } from './support/repository.ts';

/** What an installation is made of, as far as it can be looked at without a container engine. */

const DOCKERFILE = read('backend/Dockerfile').replaceAll('\\\n', ' ');
const COMPOSE = read('docker-compose.yml');
const instructions = (name: string) =>
  [...DOCKERFILE.matchAll(new RegExp(`^\\s*${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest.trim());

describe('the image', () => {
  it('is built from files that are there and reach the builder', () => {
    const sources = instructions('COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(/\s+/).slice(0, -1));
    const allowed = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));

    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(sources.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([]);
  });

  it('holds the packages of every workspace that it runs, also those that npm puts beside the workspace', () => {
    const lock: { readonly packages: Record<string, unknown> } = JSON.parse(read('package-lock.json'));
    const nested = Object.keys(lock.packages).flatMap((path) => /^(backend|lab)\/node_modules\//.exec(path)?.[1] ?? []);

    const copied = instructions('COPY').join('\n');

    for (const workspace of new Set(nested))
      expect(copied).toContain(`/app/${workspace}/node_modules ${workspace}/node_modules`);
    for (const workspace of ['backend', 'lab', 'frontend'])
      expect(copied).toContain(`/app/${workspace}/dist ${workspace}/dist`);
  });

  it('has the Node.js that is supported the longest', () => {
    const newest = Math.max(...Object.keys(END_OF_LIFE).map(Number));

    expect(instructions('ARG')).toEqual([`NODE_VERSION=${newest}`]);
  });

  it('runs as somebody who is not root, and stops by the signal that the daemon takes', () => {
    expect(instructions('USER')).toEqual(['node']);
    expect(instructions('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(instructions('CMD').at(-1)).toBe('["node", "backend/dist/main.js"]');
  });

  it('says by its health check whether the daemon answers', async () => {
    await using daemon = await Daemon.start();
    const [, given = ''] = /HEALTHCHECK [^[]*(\[.+\])/.exec(DOCKERFILE) ?? [];
    const [program = '', ...options]: string[] = JSON.parse(given);
    const ask = async (port: string) => {
      const child = spawn(program, options, { env: { ...process.env, CERTFERRY_PORT: port } });
      return await new Promise<number | null>((resolve) => child.once('exit', resolve));
    };

    const well = await ask(new URL(daemon.url).port);
    const unwell = await ask('1');

    expect([well, unwell]).toEqual([0, 1]);
  });
});

it('the composition keeps the root file system read-only, and the lab in a profile of its own', () => {
  expect(COMPOSE).toMatch(/read_only: true/);
  expect(COMPOSE).toMatch(/cap_drop:\n\s+- ALL/);
  expect(COMPOSE).toMatch(/target: \/data\n/);
  expect(COMPOSE).toMatch(/target: \/accounts\n/);
  expect(COMPOSE).toMatch(/\n {2}lab:\n(?:.+\n)*? {4}profiles:\n {6}- lab\n/);
});

it('the composition takes every setting from a file, but those that its volumes and ports rely on', () => {
  const [, daemon = ''] = /\n {2}certferry:\n((?: {4}.*\n|\n)+)/.exec(COMPOSE) ?? [];
  const [, fixed = ''] = /\n {4}environment:\n((?: {6}.*\n)+)/.exec(daemon) ?? [];

  expect(daemon).toMatch(/\n {4}env_file:\n {6}- path: \.env\n {8}required: false\n/);
  expect([...fixed.matchAll(/^ {6}(\w+):/gm)].map(([, name]) => name)).toEqual([
    'TZ',
    'CERTFERRY_HOST',
    'CERTFERRY_PORT',
    'CERTFERRY_DATA_DIR',
    'CERTFERRY_ACCOUNTS_DIR',
  ]);
});

it.each([
  ['composition', COMPOSE, /\nx-certferry: .+\n(?: {2}.+\n)*? {2}ulimits:\n {4}core: 0\n/],
  ['unit', read('deploy/certferry.service'), /\nLimitCORE=0\n/],
])('the %s leaves no core dump, which would hold the master key', (_, text, line) => {
  expect(text).toMatch(line);
});

describe.skipIf(missing('systemd-analyze'))('the unit of systemd', () => {
  it('is confined: an exposure of less than 2 of 10', () => {
    const { stdout } = spawnSync(
      pathOf('systemd-analyze') ?? '',
      ['security', '--offline=true', '--threshold=20', join(ROOT, 'deploy/certferry.service')],
      { encoding: 'utf8' },
    );

    const [, exposure = '10'] = /Overall exposure level[^:]*: ([\d.]+)/.exec(stdout) ?? [];

    expect(Number(exposure)).toBeLessThan(2);
  });
});

describe.skipIf(missing('promtool'))('the rules for Prometheus', () => {
  it('are rules', () => {
    const output = execFileSync(
      pathOf('promtool') ?? '',
      ['check', 'rules', join(ROOT, 'docs/monitoring/alerts.yml')],
      {
        encoding: 'utf8',
      },
    );

    expect(output).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('fire when they should', () => {
    const output = execFileSync(
      pathOf('promtool') ?? '',
      ['test', 'rules', join(ROOT, 'docs/monitoring/alerts.test.yml')],
      {
        encoding: 'utf8',
      },
    );

    expect(output).toContain('SUCCESS');
  });
});
