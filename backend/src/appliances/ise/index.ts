import type { AppliancePlugin } from '../driver.ts';
import { createIseDriver } from './driver.ts';
import { restartsNode, SLOTS } from './roles.ts';
import { iseSettings } from './settings.ts';
import { SOURCES } from './sources.ts';
import { UNCONFIRMED } from './unconfirmed.ts';

export const ise: AppliancePlugin<typeof iseSettings> = {
  id: 'ise',
  title: 'Cisco ISE',
  summary: 'System certificates of one node of an Identity Services Engine deployment, version 3.1 or later.',
  group: 'Cisco',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: iseSettings,
  slots: SLOTS.map(({ id }) => id),
  caveats: [
    {
      text: 'A certificate with the admin role restarts the application server of the node as soon as ISE takes it: 10 to 20 minutes and more. Somebody types the name of the node before, and the restart window is waited for.',
      link: SOURCES.sdk,
    },
    {
      text: 'A bind may never be answered, because the node restarts. Whether it arrived is read from the list of system certificates, never guessed.',
      link: SOURCES.netSsl,
    },
    {
      text: 'No TLS handshake shows the certificates for EAP, RADIUS DTLS, SAML and ISE messaging. A renewal of these ends as installed, not as seen served.',
      link: SOURCES.api,
    },
    {
      text: 'pxGrid and ISE messaging need certificates that are also for client authentication, which public CAs no longer sign.',
      link: SOURCES.clientAuth,
    },
    {
      text: 'ISE refuses a certificate while a trusted certificate has its common name and another serial number. certferry names it and deletes none.',
      link: SOURCES.netSsl,
    },
    {
      text: 'One certificate with one key for several nodes is not supported: each node makes its own CSR, in a connection of its own.',
      link: SOURCES.api,
    },
  ],
  unconfirmed: UNCONFIRMED,
  recordedAt: () => ({ product: 'Cisco Identity Services Engine', release: null }),
  restartOf: (slot) => (SLOTS.some((one) => one.id === slot && restartsNode(one)) ? 'typed' : 'none'),
  create: createIseDriver,
};
