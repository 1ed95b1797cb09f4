import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { addConnection } from '../../backend/src/connections.ts';
import type { Listening } from '../../backend/src/server.ts';
import { contentOf, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

/** What people do around a renewal: allow it, clean up after it, use what was paid for, hand on what was said. */

let browser: Browser;
let journey: Journey;
let server: Listening;

describe.skipIf(missing('chromium'))('a person in the browser', { timeout: 90_000 }, () => {
  /** Of a renewal that ended as "not served", with a record left behind. */
  let unserved: string;

  beforeAll(async () => {
    journey = await Journey.start({
      faults: ['wrong-cert-served'],
      connection: (input) => ({ ...input, policy: { ...input.policy, verifyPatienceSeconds: 2 } }),
    });
    const stopRefusing = refuseRemovals();
    unserved = (await journey.renew()).id;
    stopRefusing();
    journey.lab.faults.off('wrong-cert-served');
    server = await journey.listen();
    browser = await startBrowser();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  it('sweeps the records that a renewal left behind', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const name = '_acme-challenge.cucm-pub.lab.example.com';
    await window.go('/dns');
    await page.getByRole('table', { name: 'Records left behind' }).getByText(name).waitFor();

    await page.getByRole('button', { name: 'Remove them' }).click();

    await page.getByText('1 of 1 removed.').waitFor();
    await page.getByText('No renewal left a record behind').waitFor();
    expect(journey.lab.dns.txt(name)).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('opens the evidence of a renewal as a page to print', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/renewals/${unserved}`);

    const [printed] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Open evidence to print' }).click(),
    ]);
    await printed.getByRole('heading').first().waitFor();

    const shown = await printed.locator('body').textContent();
    expect(shown).toContain(unserved);
    expect(shown).toMatch(/cucm-pub\.lab\.example\.com/);
    expect(await seriousFindings(printed)).toEqual([]);
    expect(shown).not.toContain(journey.lab.password);
    expect(window.errors).toEqual([]);
  });

  it('uses the certificate that was issued earlier, and sees where it comes from', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/renewals/${unserved}`);
    await page.getByRole('region', { name: 'How it ended' }).getByText('Not served', { exact: true }).waitFor();
    await window.go('/connections?renew=1');

    await page.getByRole('button', { name: /^Start/ }).click();
    await ended(page, 'Served on 2 of 2 endpoints');
    await page.locator('[data-step="reuse"]').click();

    const step = page.locator('section.step-details');
    await step.getByText('Chain above it').waitFor();
    expect(await page.locator('[data-step="reuse"]').getAttribute('data-state')).toBe('done');
    expect(await page.locator('[data-step="order"]').getAttribute('data-state')).toBe('skipped');
    expect(journey.effects()).toMatchObject({ issued: 1 });
  });

  it('copies and downloads the evidence, and a recording without names', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await window.go(`/renewals/${unserved}`);

    await page.getByRole('button', { name: 'Copy evidence' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    const evidence = await downloaded(page, 'Download evidence');
    const recording = await downloaded(page, 'Download a redacted recording');

    expect(JSON.parse(copied)).toMatchObject({ id: unserved, outcome: 'installed-not-served' });
    expect(evidence.name).toBe(`certferry-renewal-${unserved}.json`);
    expect(JSON.parse(evidence.text)).toEqual(JSON.parse(copied));
    expect(recording.name).toBe(`certferry-recording-${unserved}.jsonl`);
    expect(JSON.parse(recording.text.split('\n')[0] ?? '')).toMatchObject({
      format: 1,
      outcome: 'installed-not-served',
    });
    expect(recording.text).not.toContain('lab.example.com');
  });

  it('types the name of the node before phones may reset', async () => {
    const { id } = await addConnection(journey.app.store, phones());
    const renewal = await journey.app.runner.start(id, 'operator');
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/?renewal=${renewal}`);
    const node = journey.lab.vos.nodeName;
    const field = page.getByLabel(`Type "${node}" to go on`);
    const go = page.getByTestId('go-on');

    await field.fill('cucm');
    expect(await go.isDisabled()).toBe(true);
    expect(await page.getByText('phones reset').count()).toBeGreaterThan(0);
    const uploads = journey.lab.exchanges.count('vos.identity.upload');
    expect(await seriousFindings(page)).toEqual([]);
    await field.fill(node);
    await go.click();

    await ended(page, 'Served on 1 of 1 endpoint');
    expect(journey.lab.exchanges.count('vos.identity.upload')).toBe(uploads + 1);
  });

  it('looks into the trust store of a node, on a phone too', async () => {
    await using window = await Window.open(browser, journey, server.url, { size: PHONE, scheme: 'dark' });
    const { page } = window;
    await window.go('/connections/1');

    await page.getByRole('button', { name: 'Look at the trust stores' }).click();

    const store = page.getByRole('region', { name: 'tomcat-trust' });
    await store.getByText('self-signed').first().waitFor();
    expect(await store.getByRole('listitem').count()).toBeGreaterThan(1);
    expect(await fitsWidth(page)).toBe(true);
    expect(await seriousFindings(page)).toEqual([]);
    expect(window.errors).toEqual([]);
  });
});

/** The lab's connection for the slot whose renewal resets phones. */
function phones() {
  const { lab } = journey;
  const input = labConnection(lab);
  const settings = { ...input.appliance.settings, servedPorts: [lab.vos.port('sip')], pinnedSha256: pins() };
  return {
    ...input,
    name: 'Phones',
    slot: 'CallManager',
    appliance: { ...input.appliance, settings },
    policy: { verifyPatienceSeconds: 15 },
  };
}

/** Whatever the node serves by now. */
function pins(): readonly string[] {
  const { vos, ca } = journey.lab;
  return [vos.certificateSha256, ...ca.issued().map(({ sha256 }) => sha256)];
}

async function downloaded(page: Page, button: string): Promise<{ readonly name: string; readonly text: string }> {
  const arrival = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const download = await arrival;
  return { name: download.suggestedFilename(), text: await contentOf(download) };
}

async function ended(page: Page, sentence: string): Promise<void> {
  await page.getByRole('region', { name: 'How it ended' }).getByText(sentence).waitFor({ timeout: 60_000 });
}

/** The primary answers no update that removes something. */
function refuseRemovals(): () => void {
  let updates = 0;
  return journey.lab.exchanges.listen((name, phase) => {
    if (name !== 'dns.update' || phase !== 'received') return;
    updates += 1;
    if (updates > 1) throw new Error('The update is refused by the test.');
  });
}
