import { z } from 'zod';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createDownloadDriver, DOWNLOAD_SLOT } from './driver.ts';

const settings = z.object({});

export const download: AppliancePlugin<typeof settings> = {
  id: 'download',
  title: 'Kept for download',
  summary: 'A key and a certificate that certferry makes, keeps and renews, for whoever fetches them.',
  group: 'On certferry itself',
  since: '0.1.0',
  links: {
    product: 'https://www.rfc-editor.org/rfc/rfc8555',
    api: 'https://www.rfc-editor.org/rfc/rfc7292',
  },
  settings,
  servesNothing: true,
  restartsNothing: true,
  slots: [DOWNLOAD_SLOT],
  takesKey: KEY_KINDS,
  caveats: [
    {
      text: 'Nobody sees whether the certificate is in use: whoever fetches it has to fetch it again after each renewal.',
      link: 'https://letsencrypt.org/docs/integration-guide/',
    },
  ],
  create: createDownloadDriver,
};
