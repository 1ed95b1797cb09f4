import type { AppliancePlugin } from '../driver.ts';
import { createCatalystDriver, SLOT } from './driver.ts';
import { catalystSettings } from './settings.ts';
import { SOURCES } from './sources.ts';
import { UNCONFIRMED } from './unconfirmed.ts';

export const catalystCenter: AppliancePlugin<typeof catalystSettings> = {
  id: 'catalyst-center',
  title: 'Cisco Catalyst Center',
  summary: 'The certificate of the web server of a Catalyst Center (DNA Center).',
  group: 'Cisco',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: catalystSettings,
  slots: [SLOT],
  caveats: [
    {
      text: 'It makes no CSR over its API: certferry makes the key, stores it encrypted, and hands it over with the certificate.',
      link: SOURCES.api,
    },
    {
      text: 'No call gives the certificate that it holds. What it serves stands for it.',
      link: SOURCES.netSsl,
    },
    {
      text: 'It restarts its web server by itself, and no call says when. The restart window of the connection is waited for before the upload.',
      link: SOURCES.netSsl,
    },
    {
      text: 'Trusted certificates are not touched: public clients disagree on how they are imported, and none is needed for a certificate of the web server that comes with its chain.',
      link: SOURCES.netSsl,
    },
  ],
  unconfirmed: UNCONFIRMED,
  recordedAt: () => ({ product: 'Cisco Catalyst Center', release: null }),
  create: createCatalystDriver,
};
