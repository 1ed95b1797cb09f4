import { LAB_CLUSTER } from '@certferry/lab';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../backend/src/server.ts';
import type { StoredEvent } from '../../backend/src/store/events.ts';
import { seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const NODES = { publisher: LAB_CLUSTER.publisher, subscribers: LAB_CLUSTER.subscribers.slice(0, 1), imp: [] };

let browser: Browser;

describe.skipIf(missing('chromium'))('the renewal of a cluster in the browser', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is followed node by node, also when the event stream was cut in the middle: no gap, no repeat', async () => {
    await using journey = await Journey.start({ lab: { cluster: NODES } });
    const first = await journey.listen();
    const port = Number(new URL(first.url).port);
    await using window = await Window.open(browser, journey, first.url);
    const { page } = window;
    await window.go('/connections?renew=1');
    await page.getByRole('button', { name: /^Start/ }).click();
    const id = await idInAddress(page);
    const restarts = page.getByRole('dialog').getByRole('table', { name: 'Restarts' });
    await restarts.getByText(NODES.publisher).first().waitFor({ timeout: 60_000 });

    await first[Symbol.asyncDispose]();
    await page.getByText('No connection to the daemon').waitFor();
    await journey.event(id, 'step.noted', ({ message }) => message.startsWith(`${NODES.subscribers[0]}/`));
    await using _second = await listen(
      { ...journey.app, config: { ...journey.app.config, port } },
      journey.secrets.accessToken,
    );
    await page.getByText('No connection to the daemon').waitFor({ state: 'detached' });
    // It may have ended meanwhile, and then shows its end.
    await page.locator('[data-step="activate"]').click();
    await restarts
      .getByText(NODES.subscribers[0] ?? '')
      .first()
      .waitFor();
    await page.getByRole('region', { name: 'How it ended' }).getByText('Served on 4 of 4').waitFor({ timeout: 60_000 });
    await page.locator('[data-step="activate"]').click();

    const { events, facts } = await journey.ended(id);
    const shown = await page.getByRole('list', { name: 'What happened in this step' }).getByRole('listitem').all();
    const told = await Promise.all(shown.map((line) => line.textContent()));
    expect(told.map((line) => line?.replace(/^[\d:]+\s/, ''))).toEqual(notesOf(events, 'activate'));
    expect(await restarts.getByText('Back again').count()).toBe(facts.activation?.length);
    const seen = page.getByRole('table', { name: 'Wanted and seen' });
    expect(await seen.getByText('new', { exact: true }).count()).toBe(4);
    expect(await seen.getByText('cucm-sub1').count()).toBe(2);
    await window.go(`/connections/${journey.connection.id}/edit`);
    await page.getByRole('button', { name: 'Log in and read' }).click();
    await page.getByText('It is the publisher of a cluster with one other node.').waitFor();
    await page.getByRole('button', { name: 'Connect to the other nodes' }).click();
    const others = page.getByRole('table', { name: 'What the other nodes show' });
    await others.getByText(journey.lab.cluster?.subscribers[0]?.sshHostKey ?? '').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'They are right: trust them all' }).click();
    const pins = page.getByRole('region', { name: 'Appliance' }).getByLabel('Pinned SHA-256');
    expect((await pins.inputValue()).split('\n')).toContain(facts.served?.[0]?.sha256);
    expect(window.errors).toEqual([]);
  });
});

async function idInAddress(page: Page): Promise<string> {
  await page.waitForURL(/[?&]renewal=/);
  return new URL(page.url()).searchParams.get('renewal') ?? '';
}

function notesOf(events: readonly StoredEvent[], step: string): readonly string[] {
  return events.flatMap(({ event }) => (event.type === 'step.noted' && event.step === step ? [event.message] : []));
}
