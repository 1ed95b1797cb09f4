import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openApiDocument } from '../../backend/src/api/openapi/document.ts';
import { routesOf } from '../../backend/src/api/route-table.ts';
import { apiRouter } from '../../backend/src/api/router.ts';
import { createApp } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';

export const OPENAPI_FILE = 'docs/api/openapi.json';

/** The OpenAPI document of the routes that a daemon registers: one is made on files that are gone afterwards. */
export async function openApiText(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-openapi-'));
  const config = readConfig({
    CERTFERRY_HTTPS: 'off',
    CERTFERRY_DATA_DIR: join(folder, 'data'),
    CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
  });
  try {
    await using app = await createApp(config, await readSecrets({}, config), { log: pino({ level: 'silent' }) });
    return `${JSON.stringify(openApiDocument(routesOf(apiRouter(app))), null, 2)}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
