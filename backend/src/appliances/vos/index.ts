import type { AppliancePlugin } from '../driver.ts';
import { createVosDriver } from './driver.ts';
import { vosSettings } from './settings.ts';
import { SOURCES } from './sources.ts';

export const vos: AppliancePlugin<typeof vosSettings> = {
  id: 'vos',
  title: 'Cisco CUCM, IM&P, Unity Connection, Emergency Responder',
  summary: 'The tomcat certificate of one node with Cisco Voice Operating System, version 14 or later.',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: vosSettings,
  caveats: [
    {
      text: 'The API answers for one node only, so each node of a cluster is a connection of its own. Multi-server certificates are not made: the name of that distribution in the API is not published.',
      link: SOURCES.api,
    },
    {
      text: 'Only Cisco Tomcat is restarted. After an upload Cisco also names Cisco UDS Tomcat, Cisco AXL Tomcat, DRF and, where used, SSOSP; restart them in a maintenance window.',
      link: SOURCES.uploadGuide,
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
  create: createVosDriver,
};
