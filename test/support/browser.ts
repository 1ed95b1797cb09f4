import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Download,
  type LaunchOptions,
  type Page,
} from 'playwright-core';
import type { Role } from '../../backend/src/domain/roles.ts';
import type { Journey } from './journey.ts';
import { pathOf } from './programs.ts';

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** Milliseconds for something to appear: longer than the lab's restarts on a busy machine, shorter than a test. */
const PATIENCE_MS = 60_000;

export type Scheme = 'light' | 'dark';

/** The variable that says whom to ask for the Chromium of a run of tests: `chromium.ts`. */
export const CHROMIUM_AT = 'CERTFERRY_TEST_CHROMIUM';

/** Playwright gives each browser a new profile and removes it. */
export function launchOptions(): LaunchOptions {
  return {
    executablePath: pathOf('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking'],
  };
}

/**
 * The Chromium of this run of tests; closing it closes the windows that were opened with it. Outside a run a Chromium of its
 * own.
 */
export async function startBrowser(): Promise<Browser> {
  const server = process.env[CHROMIUM_AT];
  if (server === undefined) return await chromium.launch(launchOptions());
  const answer = await fetch(server);
  if (!answer.ok) throw new Error(`Chromium did not start: ${await answer.text()}`);
  return await chromium.connect(await answer.text());
}

interface WindowOptions {
  readonly scheme?: Scheme;
  readonly size?: { readonly width: number; readonly height: number };
  /** False for somebody who has not logged in. */
  readonly loggedIn?: boolean;
  readonly role?: Role;
  /** IANA name; that of the machine unless it is given. */
  readonly zone?: string;
  /** For somebody who goes on past the warning about a self-signed certificate. */
  readonly ignoreHTTPSErrors?: boolean;
}

function sessionCookie(url: string, value: string) {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const name = `${secure ? '__Host-' : ''}certferry${port === '' ? '' : `-${port}`}`;
  return { name, value, domain: hostname, path: '/', httpOnly: true, secure, sameSite: 'Strict' } as const;
}

/** A window on the daemon at `url`. What the page reports as an error ends the test that asks for it. */
export class Window implements AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  readonly errors: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.#context = context;
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|violates/i.test(message.text())) this.errors.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    journey: Pick<Journey, 'session'>,
    url: string,
    options: WindowOptions = {},
  ): Promise<Window> {
    const { scheme = 'light', size = DESKTOP, loggedIn = true, role = 'admin', zone } = options;
    const settings: BrowserContextOptions = {
      ...{ viewport: size, colorScheme: scheme, reducedMotion: 'reduce' },
      ...(zone === undefined ? {} : { timezoneId: zone }),
      ignoreHTTPSErrors: options.ignoreHTTPSErrors ?? false,
    };
    const context = await browser.newContext(settings);
    if (loggedIn) await context.addCookies([sessionCookie(url, await journey.session(role, role))]);
    return new Window(context, await context.newPage(), url);
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

/** What was downloaded, from the Chromium of the run too, whose files are not those of the test. */
export async function contentOf(download: Download): Promise<string> {
  return await text(await download.createReadStream());
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds that is serious or worse, a line each. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`));
}

/** True when nothing has to be scrolled sideways. */
export function fitsWidth(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}
