import type { AppliancePlugin } from '../driver.ts';
import { createExpresswayDriver } from './driver.ts';
import { expresswaySettings } from './settings.ts';
import { SLOT } from './slot.ts';
import { SOURCES } from './sources.ts';
import { UNCONFIRMED } from './unconfirmed.ts';

export const expressway: AppliancePlugin<typeof expresswaySettings> = {
  id: 'expressway',
  title: 'Cisco Expressway',
  summary: 'The server certificate of an Expressway-E or Expressway-C.',
  group: 'Cisco',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: expresswaySettings,
  slots: [SLOT],
  caveats: [
    {
      text: 'Public certificates are for server authentication only. Before X15.4 the box wants both usages, X15.4 takes such a certificate after a command, and X15.5 keeps client certificates in a store of their own.',
      link: SOURCES.clientAuth,
    },
    {
      text: 'An Expressway-E has an ACME client of its own. No interface tells whether its scheduler is on; if it is, it replaces what certferry installs. Switch it off.',
      link: SOURCES.clientAuth,
    },
    {
      text: 'The API cannot restart the box, so certferry runs `xCommand Restart` over SSH. Without a pinned host key the certificate is installed and waits for a restart by hand.',
      link: SOURCES.commands,
    },
    {
      text: 'The box keeps one CSR, and the API discards none. One of somebody else has to be finished or discarded on the web pages.',
      link: SOURCES.api,
    },
    {
      text: 'Expressway-C verifies the certificates of CUCM, IM and Presence and Unity Connection. When the CA of these changes, it has to be in the trust list of the Expressway-C before.',
      link: SOURCES.traversal,
    },
  ],
  unconfirmed: UNCONFIRMED,
  recordedAt: () => ({ product: 'Cisco Expressway', release: null }),
  create: createExpresswayDriver,
};
