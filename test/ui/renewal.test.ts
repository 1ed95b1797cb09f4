import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../backend/src/server.ts';
import { seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;

describe.skipIf(missing('chromium'))('a renewal in the browser', { concurrent: true, timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is started from the list and followed to its end without a reload', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections');

    await page.getByRole('button', { name: 'Renew Lab CUCM publisher' }).click();
    await page.getByText('Nothing is in the way of a renewal.').waitFor();
    await page.getByRole('button', { name: 'Start the renewal' }).click();
    await ended(page, 'Served on 2 of 2 endpoints');

    expect(await states(page)).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(await page.getByRole('table', { name: 'Wanted and seen' }).getByText('new', { exact: true }).count()).toBe(
      2,
    );
    const end = page.getByRole('region', { name: 'How it ended' });
    expect(await end.getByText('staging: nobody trusts its certificates').count()).toBe(1);
    expect(window.errors).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await row(page).getByText('Served', { exact: true }).waitFor();
    await row(page).getByText('2 of 2').waitFor();
  });

  it('goes no further than a person chose', async () => {
    await using journey = await Journey.start({ lab: { testCa: true } });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const choose = async (how: string, button: string) => {
      await window.go(`/connections?renew=${journey.connection.id}`);
      await page.getByRole('radio', { name: how }).check();
      await page.getByRole('button', { name: button }).click();
    };

    await choose('Prove it at the test CA', 'Try at the test CA');
    await page.getByText('Nothing of it is kept').first().waitFor();
    await choose('Issue only', 'Have it issued');
    await page.getByText('The next renewal installs it').first().waitFor();

    expect(journey.effects()).toEqual({ issued: 1, restarts: 0, records: [] });
    expect(window.errors).toEqual([]);
  });

  it('is the same after a reload, and after the daemon was restarted in the middle', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, policy: { ...input.policy, activation: 'ask' } }),
    });
    const first = await journey.listen();
    await using window = await Window.open(browser, journey, first.url);
    const { page } = window;
    const id = await journey.start();
    await window.go(`/renewals/${id}`);
    await page.getByText('Say go to restart').waitFor();
    expect(await page.getByText('From here it goes on').isVisible()).toBe(true);

    await page.reload();
    await page.getByText('Say go to restart').waitFor();
    const asked = await seriousFindings(page);
    await first[Symbol.asyncDispose]();
    await page.getByText('No connection to the daemon').waitFor();
    const lost = await seriousFindings(page);
    await journey.restart();
    await using _second = await listenAt(journey, Number(new URL(first.url).port));
    await page.getByText('No connection to the daemon').waitFor({ state: 'detached' });
    await page.getByTestId('go-on').click();
    await ended(page, 'Served on 2 of 2 endpoints');

    const { events } = await journey.ended(id);
    expect(journey.effects()).toMatchObject({ issued: 1, records: [] });
    expect({ asked, lost }).toEqual({ asked: [], lost: [] });
    expect(await states(page)).toHaveLength(10);
    expect(events.filter(({ event }) => event.type === 'renewal.finished')).toHaveLength(1);
  });

  it('is the same in another browser: what is allowed in one goes on in both', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, policy: { ...input.policy, activation: 'ask' } }),
    });
    await using server = await journey.listen();
    await using mine = await Window.open(browser, journey, server.url);
    await using theirs = await Window.open(browser, journey, server.url, { role: 'operator' });
    const id = await journey.start();
    await mine.go(`/renewals/${id}`);
    await mine.page.getByText('Say go to restart').waitFor();
    await theirs.go(`/connections?renewal=${id}`);
    await theirs.page.getByRole('dialog').getByText('Say go to restart').waitFor();
    expect(await states(theirs.page)).toEqual(await states(mine.page));

    await theirs.page.getByTestId('go-on').click();
    await ended(theirs.page, 'Served on 2 of 2 endpoints');
    await ended(mine.page, 'Served on 2 of 2 endpoints');

    expect(await states(mine.page)).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(await states(theirs.page)).toEqual(await states(mine.page));
    expect(journey.effects()).toMatchObject({ issued: 1, restarts: 1 });
    expect([...mine.errors, ...theirs.errors]).toEqual([]);
  });

  it('waits for records that a person publishes, each to be copied', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, dns: { plugin: 'manual', settings: {} } }),
    });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const id = await journey.start();
    await window.go(`/?renewal=${id}`);
    await page.getByRole('dialog').getByText('Publish these TXT records').waitFor();
    const { ask } = await journey.event(id, 'step.held');
    const [, name = '', value = ''] = /^(\S+)\. \d+ IN TXT "(.+)"$/m.exec(ask) ?? [];

    const table = page.getByRole('table', { name: 'TXT records' });
    await table.getByText(value, { exact: true }).waitFor();
    expect(await table.getByRole('button', { name: 'Copy the TXT value' }).count()).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    journey.lab.dns.add({ name, type: 'TXT', data: value });
    await page.getByRole('button', { name: 'The records are there, go on' }).click();

    await ended(page, 'Served on 2 of 2 endpoints');
  });

  it('is cancelled while nothing is installed, and says so', async () => {
    await using journey = await Journey.start({ faults: ['dns-servfail-secondary'] });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const id = await journey.start();
    await window.go(`/?renewal=${id}`);
    await page.getByRole('row', { name: 'ns2.lab.example.com' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Cancel: nothing installed yet' }).click();

    await ended(page, 'The old certificate is still served everywhere');
    expect(journey.effects()).toEqual({ issued: 0, restarts: 0, records: [] });
  });

  it('that failed shows the step, the other side’s words, what it means and what can be done', async () => {
    await using journey = await Journey.start({
      faults: ['dns-servfail-secondary'],
      connection: (input) => ({ ...input, policy: { propagationPatienceSeconds: 1 } }),
    });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const { id, events } = await journey.renew();
    const failed = events.find(({ event }) => event.type === 'step.failed' && event.retryAt === null);
    const failure = failed?.event.type === 'step.failed' ? failed.event.failure : null;
    await window.go('/');

    await page.getByRole('button', { name: 'See why: Lab CUCM publisher' }).click();

    await page.locator('[data-state="failed"][aria-current="step"]').waitFor();
    const note = page.getByRole('region', { name: 'What the other side said' });
    expect(await note.textContent()).toContain((failure?.evidence?.body ?? 'no evidence').trim().slice(0, 40));
    const end = page.getByRole('region', { name: 'How it ended' });
    await end.getByText('_acme-challenge.cucm-pub.lab.example.com removed').waitFor();
    await end.getByText('What comes next').waitFor();
    expect(new URL(page.url()).searchParams.get('renewal')).toBe(id);
    await page.getByRole('button', { name: 'Renew again' }).click();
    await page.getByRole('button', { name: /^Start/ }).waitFor();
  });

  it('that waits for its next try is tried at once', async () => {
    await using journey = await Journey.start({
      faults: ['ca-rate-limited'],
      overrides: { retryLadderMs: [3_600_000] },
    });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const id = await journey.start();
    await window.go(`/renewals/${id}`);

    await page.getByRole('button', { name: 'Try now' }).click();

    await ended(page, 'Served on 2 of 2 endpoints');
  });
});

/** The daemon again, where the browser knows it. */
function listenAt(journey: Journey, port: number) {
  return listen({ ...journey.app, config: { ...journey.app.config, port } }, journey.secrets.accessToken);
}

/** Everything is over when the end is told and nothing more can be cancelled. */
async function ended(page: Page, sentence: string): Promise<void> {
  await page.getByRole('region', { name: 'How it ended' }).getByText(sentence).waitFor();
  await page.getByRole('button', { name: 'Download evidence' }).waitFor();
}

function states(page: Page): Promise<readonly (string | null)[]> {
  return page.locator('[data-step]').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-state')));
}

function row(page: Page) {
  return page.locator('tr[data-connection]').first();
}
