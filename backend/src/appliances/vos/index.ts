import type { AppliancePlugin } from '../driver.ts';
import { createVosDriver } from './driver.ts';
import { PRODUCTS } from './products.ts';
import { SLOTS } from './services.ts';
import { vosSettings } from './settings.ts';
import { SOURCES } from './sources.ts';
import { recordedAt, UNCONFIRMED } from './unconfirmed.ts';

export const vos: AppliancePlugin<typeof vosSettings> = {
  id: 'vos',
  title: 'Cisco CUCM, IM&P, Unity Connection, Emergency Responder',
  summary:
    'Certificates of one node with Cisco Voice Operating System, version 14 or later, or one certificate for a whole cluster.',
  group: 'Cisco',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: vosSettings,
  presets: PRODUCTS,
  caveats: [
    {
      text: 'How the API calls a multi-server certificate is not published. Both likely spellings are tried, and the certificate counts as installed only when every node holds it.',
      link: SOURCES.multiServer,
    },
    {
      text: 'Spelling and key types of slots other than tomcat are those of the command line; no public program uses them over the API.',
      link: SOURCES.securityGuide,
    },
    {
      text: 'Cisco pages differ in what a tomcat certificate needs restarted. The services of the message after an upload are restarted where they run, those between clusters only when asked for, and IPsec policies (`utils ipsec restart`) never.',
      link: SOURCES.uploadGuide,
    },
    {
      text: 'XMPP and IPsec show their certificates to no plain TLS handshake, so for cup-xmpp, cup-xmpp-s2s and ipsec nobody can see from outside what is served. Where a port answers with an RSA or an ECDSA certificate as the client likes, either may be seen.',
      link: SOURCES.presence,
    },
    {
      text: 'Certificates of public CAs are for server authentication only. Where tomcat is also a TLS client (LDAP with mutual TLS, SIP OAuth over MRA), use a CA that issues both.',
      link: SOURCES.clientAuth,
    },
    {
      text: 'The shapes of GET /csr and of the answers to uploads are not published. What is read from them is confirmed by the snapshot.',
      link: SOURCES.gettingStarted,
    },
    {
      text: 'What the API says to a CA certificate that it already trusts, and to a certificate for an older CSR, is known only from other clients. Both are judged by what the node holds afterwards.',
      link: SOURCES.netSsl,
    },
    {
      text: 'A trust store keeps one certificate for each subject, so a cross-signed and a self-signed root of one name cannot both be there.',
      link: SOURCES.securityGuide,
    },
  ],
  unconfirmed: UNCONFIRMED,
  recordedAt,
  restartOf: (slot) => (SLOTS.some(({ id, resetsPhones }) => id === slot && resetsPhones) ? 'typed' : 'free'),
  create: createVosDriver,
};
