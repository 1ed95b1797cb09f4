import { OWN_SLOTS } from '../../plugins/own-tls.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createSelfDriver, settings } from './driver.ts';

export const self: AppliancePlugin<typeof settings> = {
  id: 'self',
  title: 'certferry itself',
  summary: 'The certificate of this daemon’s own web interface and API.',
  group: 'On certferry itself',
  since: '0.1.0',
  links: {
    product: 'https://www.rfc-editor.org/rfc/rfc9110#name-https-uri-scheme',
    api: 'https://nodejs.org/docs/latest-v20.x/api/tls.html#serversetsecurecontextoptions',
  },
  settings,
  slots: OWN_SLOTS,
  restartsNothing: true,
  usesOwnHost: () => true,
  create: createSelfDriver,
};
