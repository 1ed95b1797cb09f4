import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepStates } from '../../backend/src/renewal/machine.ts';
import { holdFolder } from '../../backend/src/store/folder-lock.ts';
import { startBrowser, Window } from '../support/browser.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import type { DoomedServer } from '../support/doomed-server.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const FRONTEND = fileURLToPath(new URL('../../frontend/dist', import.meta.url));

/** The states in which a renewal works, by renewal: one is cancelled, one only issues, one brings that to the appliance. */
const CANCELLED = ['cleanUpAfterFailure', 'assess'];
const ISSUED = ['inspect', 'request', 'order', 'publish', 'propagate', 'issue', 'cleanUp'];
const SERVED = ['reuse', 'install', 'activate', 'verify'];
/** Of hosts that take a key: test/journeys/roll-back.test.ts kills the daemon there. */
const ELSEWHERE = 'rollBack';

/** Keeps what the page gets of the event stream, before it does anything with it: each id, and each cursor that it names. */
const LISTEN = `
  window.received = { opened: 0, began: null, cursors: [], ids: [] };
  const { received, fetch: real } = window;
  window.fetch = async (address, options) => {
    const response = await real(address, options);
    if (address !== '/api/v1/events' || !response.ok) return response;
    const [ours, theirs] = response.body.tee();
    const cursor = options.headers['last-event-id'];
    if (received.began === null) received.began = Number(response.headers.get('x-last-event-id'));
    else received.cursors.push(Number(cursor));
    received.opened += 1;
    void (async () => {
      let rest = '';
      const reader = ours.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read().catch(() => ({ done: true }));
        if (done) return;
        const lines = (rest + value).split('\\n');
        rest = lines.pop();
        for (const line of lines) if (line.startsWith('id:')) received.ids.push(Number(line.slice(3)));
      }
    })();
    return new Response(theirs, { status: response.status, headers: response.headers });
  };
`;

interface Received {
  readonly opened: number;
  readonly began: number;
  readonly cursors: readonly number[];
  readonly ids: readonly number[];
}

let browser: Browser;
let program: Bundle;

describe.skipIf(missing('chromium'))('a daemon that is killed while a browser watches', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    [browser, program] = await Promise.all([startBrowser(), bundle('test/support/doomed-server.ts')]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await program[Symbol.asyncDispose]();
  });

  it('is killed here in every state in which a renewal works', () => {
    const states = stepStates()
      .map(({ state }) => state)
      .filter((state) => state !== ELSEWHERE);

    expect([...CANCELLED, ...ISSUED, ...SERVED].sort()).toEqual([...states].sort());
  });

  it('loses no event, shows none twice, and leaves nothing locked', async () => {
    await using journey = await Journey.start();
    const session = await journey.session('admin');
    const url = await freeAddress(journey);
    await journey.release();
    await using window = await Window.open(browser, { session: async () => session }, url);
    const { page } = window;
    const watched = new Watched(journey, url, page);
    await page.addInitScript(LISTEN);
    await watched.begin();

    await watched.killedIn(CANCELLED, async () => {
      journey.lab.faults.on('dns-servfail-secondary');
      await watched.start({});
      const id = await watched.latest();
      await expect.poll(() => watched.stateOf(id), { timeout: 30_000 }).toMatch(/^propagate/);
      await watched.ask('POST', `/renewals/${id}/cancel`);
      journey.lab.faults.off('dns-servfail-secondary');
    });
    await watched.killedIn(ISSUED, () => watched.start({ goal: 'issue' }));
    await watched.killedIn(SERVED, () => watched.start({}));
    await expect
      .poll(() => watched.shown(), { timeout: 20_000 })
      .toEqual(['Cancelled', 'Issued, not installed', 'Served']);
    await watched.kill();
    const received = await page.evaluate<Received>('window.received');
    (await holdFolder(journey.app.config.dataDir))[Symbol.dispose]();
    await journey.takeOver();
    const another = await journey.renew({ goal: 'issue', activation: null });

    const { began, ids, cursors, opened } = received;
    const stored = await journey.app.store.events.read({ after: began, limit: 10_000 });
    const seen = stored.filter(({ seq }) => seq <= (ids.at(-1) ?? 0));
    expect(ids).toEqual(seen.map(({ seq }) => seq));
    expect(stored[seen.length]?.event.type).toBe('renewal.started');
    expect(opened).toBe(watched.kills);
    expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
    expect(watched.kills).toBe(CANCELLED.length + ISSUED.length + SERVED.length + 4);
    expect(journey.effects().restarts).toBe(1);
    expect(journey.effects().records).toEqual([]);
    expect(another.finished.outcome).toBe('issued');
    expect(window.errors).toEqual([]);
  });
});

/** Daemons one after the other at the same address, and one page that watches them all. */
class Watched {
  readonly #journey: Journey;
  readonly #url: string;
  readonly #page: Page;
  #daemon: ChildProcess | null = null;
  #opened = 0;
  kills = 0;

  constructor(journey: Journey, url: string, page: Page) {
    this.#journey = journey;
    this.#url = url;
    this.#page = page;
  }

  /** Opens the page on a first daemon. */
  async begin(): Promise<void> {
    await this.#spawn(null);
    await this.#page.goto(`${this.#url}/renewals`);
    await this.#go();
  }

  /** Of a renewal: each daemon dies as soon as the state is on disk, and the next one takes up where it was. */
  async killedIn(states: readonly string[], begin: () => Promise<void>): Promise<string> {
    const [first = '', ...others] = states;
    await this.kill();
    await this.#spawn(first);
    await this.#go();
    await Promise.all([begin(), this.#death()]);
    for (const state of others) {
      await this.#spawn(state);
      const death = this.#death();
      await this.#go();
      await death;
    }
    await this.#spawn(null);
    await this.#go();
    const id = await this.latest();
    await expect.poll(() => this.stateOf(id), { timeout: 120_000 }).not.toMatch(/\./);
    return id;
  }

  async kill(): Promise<void> {
    const death = this.#death();
    this.#daemon?.kill('SIGKILL');
    await death;
  }

  start(options: object): Promise<void> {
    return this.ask('POST', `/connections/${this.#journey.connection.id}/renewals`, options);
  }

  async latest(): Promise<string> {
    const [last] = (await this.call('GET', '/renewals')) as readonly { readonly id: string }[];
    return last?.id ?? 'none';
  }

  /** The daemon may be dead before it answers. */
  async ask(method: string, path: string, body?: object): Promise<void> {
    await this.call(method, path, body).catch(() => {});
  }

  async stateOf(id: string): Promise<string> {
    return ((await this.call('GET', `/renewals/${id}`)) as { readonly state: string }).state;
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#journey.secrets.accessToken.reveal()}`,
        'content-type': 'application/json',
      },
      body: body ? JSON.stringify(body) : null,
    });
    return await answer.json();
  }

  /** The states in the list of renewals, the first one first, without loading the page again. */
  async shown(): Promise<readonly string[]> {
    const rows = this.#page.getByRole('table', { name: 'Renewals' }).getByRole('row');
    const texts = await rows.allInnerTexts();
    return texts
      .slice(1)
      .reverse()
      .map((text) => text.split(/[\t\n]/)[0]?.trim() ?? '');
  }

  /** As soon as the page is connected, the daemon goes on with what the last one left. */
  async #go(): Promise<void> {
    await expect
      .poll(
        async () => {
          await this.#page.evaluate('window.dispatchEvent(new Event("online"))');
          return await this.#page.evaluate<number>('window.received.opened');
        },
        { timeout: 30_000, interval: 50 },
      )
      .toBe(this.#opened + 1);
    this.#opened += 1;
    const started = this.#message('started');
    this.#daemon?.send('go');
    await started;
  }

  async #spawn(dieAt: string | null): Promise<void> {
    const { folder, lab } = this.#journey;
    const doom: DoomedServer = {
      folder,
      frontendDir: FRONTEND,
      port: Number(new URL(this.#url).port),
      resolvers: [lab.dns.resolver],
      nameServers: lab.dns.nameServers,
      dieAt: dieAt === 'cleanUpAfterFailure' ? 'cleanUp' : dieAt,
    };
    this.#daemon = fork(program.path, [JSON.stringify(doom)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#daemon.stdout, this.#daemon.stderr])
      stream?.on('data', (chunk) => this.#journey.logLines.push(String(chunk)));
    await this.#message('listening');
  }

  /** Also when it dies before. */
  async #message(name: string): Promise<void> {
    const daemon = this.#daemon;
    await new Promise<void>((resolve) => {
      daemon?.on('message', (message) => message === name && resolve());
      daemon?.once('exit', () => resolve());
    });
  }

  async #death(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon) return;
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
    if (daemon.signalCode !== 'SIGKILL')
      throw new Error(`The daemon was not killed: ${this.#journey.logLines.slice(-3).join('')}`);
    this.kills += 1;
  }
}

async function freeAddress(journey: Journey): Promise<string> {
  await using server = await journey.listen();
  return server.url;
}
