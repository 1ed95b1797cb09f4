import type { AppliancePlugin } from '../driver.ts';
import { createVcenterDriver, KINDS, SLOT } from './driver.ts';
import { vcenterSettings } from './settings.ts';
import { SOURCES } from './sources.ts';
import { UNCONFIRMED } from './unconfirmed.ts';

export const vcenter: AppliancePlugin<typeof vcenterSettings> = {
  id: 'vcenter',
  title: 'VMware vCenter Server',
  summary: 'The machine SSL certificate of a vCenter Server 7.0 U2 or later. ESXi hosts are not touched.',
  group: 'VMware',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.tls },
  settings: vcenterSettings,
  slots: [SLOT],
  takesKey: KINDS,
  caveats: [
    {
      text: 'certferry makes the key, stores it encrypted, and hands it over with the certificate. The CSR that vCenter could make is not used: no call reads a pending one, so an interrupted renewal could not go on.',
      link: SOURCES.calls,
    },
    {
      text: 'The services restart by themselves after the replacement: vSphere Client and API are away for minutes. The restart window of the connection is waited for before it.',
      link: SOURCES.put,
    },
    {
      text: 'The chain and the root of the CA go with the certificate, and vCenter adds them to its trusted roots. Old ones are not removed.',
      link: SOURCES.put,
    },
    {
      text: 'The certificate has to name vCenter in full, without a wildcard, and the key is RSA.',
      link: SOURCES.requirements,
    },
    {
      text: 'Products that know vCenter by the fingerprint of its certificate have to accept the new one.',
      link: SOURCES.replication,
    },
  ],
  unconfirmed: UNCONFIRMED,
  recordedAt: () => ({ product: 'VMware vCenter Server', release: null }),
  create: createVcenterDriver,
};
