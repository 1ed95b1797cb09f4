import { rm } from 'node:fs/promises';
import { LAB_NODE } from '@certferry/lab';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { serveFolder } from '../support/http-solver.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch.ts';

let browser: Browser;

describe.skipIf(missing('chromium'))('names proved over HTTP', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('are chosen in the form, which then asks for no DNS account, and shown address by address', async () => {
    const folder = await scratchFolder('certferry-ui-webroot-');
    await using web = await serveFolder(folder);
    await using journey = await Journey.start({
      lab: { httpPort: web.port },
      config: { http01: { port: null, host: null, validationPort: web.port } },
    });
    journey.lab.dns.add({ name: LAB_NODE, type: 'A', data: '127.0.0.1' });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${journey.connection.id}/edit`);
    const section = page.getByRole('region', { name: 'How names are proved', exact: true });

    await section.getByText('HTTP file', { exact: true }).click();
    await page.getByText(/Still missing: who places the HTTP files\./).waitFor();
    expect(await section.getByRole('combobox').count()).toBe(0);
    await section.getByRole('radio', { name: 'Folder of a web server', exact: true }).click();
    await section.getByRole('textbox', { name: 'Folder' }).fill(folder);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();
    expect(await journey.app.store.connections.get(journey.connection.id)).toMatchObject({
      challenge: 'http-01',
      http: { plugin: 'webroot', settings: { folder } },
      dns: { plugin: '' },
    });

    const { id, finished } = await journey.renew({ goal: 'issue', activation: null });
    await window.go(`/?renewal=${id}`);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Wait for the proofs').first().click();
    const row = dialog
      .getByRole('table', { name: `What each address of ${LAB_NODE} answers` })
      .getByRole('row')
      .nth(1);
    await row.getByText('has the right text').waitFor();
    await dialog.getByText('Publish proofs').first().click();

    await dialog.getByRole('table', { name: 'HTTP files' }).getByText('removed').waitFor();
    expect(finished.outcome).toBe('issued');
    expect(window.errors).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
