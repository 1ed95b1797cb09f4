import { KEY_KINDS } from '../../domain/key-kind.ts';
import { isOnOwnHost } from '../../plugins/host-fields.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createHaproxyDriver } from './driver.ts';
import { haproxySettings, readHaproxy } from './settings.ts';
import { SOURCES } from './sources.ts';

export const haproxy: AppliancePlugin<typeof haproxySettings> = {
  id: 'haproxy',
  title: 'HAProxy',
  summary:
    'Exchanges the certificate in memory over the Runtime API, and writes the file for the next start. No reload, and no connection is lost.',
  group: 'Web servers and proxies',
  since: '0.1.0',
  links: { product: SOURCES.product, api: SOURCES.api },
  settings: haproxySettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  restartsNothing: true,
  caveats: [
    {
      text: 'Over TCP the Runtime API has neither a password nor encryption: whoever reaches the port controls HAProxy, and the private key goes there in clear. Use the UNIX socket; certferry reaches it over SSH.',
      link: SOURCES.exposed,
    },
    {
      text: 'HAProxy has to have the certificate in memory already. A new file is taken only with the next reload.',
      link: SOURCES.set,
    },
    {
      text: 'Key and certificates together have to fit into one buffer of HAProxy (tune.bufsize, 16384 bytes when it is not set). RSA 4096 with a hundred names and a long chain may not.',
      link: SOURCES.payload,
    },
    {
      text: 'There is one transaction for the whole of HAProxy. While somebody else has one open, certferry waits; HAProxy 2.6 does not tell two apart that begin in the same instant, and certferry then aborts both.',
      link: SOURCES.set,
    },
    {
      text: 'Processes that a reload left behind, until their last connection ends, keep the certificate that they had.',
      link: 'https://docs.haproxy.org/2.6/management.html#4',
    },
    {
      text: 'A file name with a blank, a quotation mark, a semicolon or a backslash in it is refused.',
      link: SOURCES.api,
    },
  ],
  usesOwnHost: isOnOwnHost,
  verify: readHaproxy,
  create: createHaproxyDriver,
};
