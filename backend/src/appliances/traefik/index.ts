import { KEY_KINDS } from '../../domain/key-kind.ts';
import { isOnOwnHost } from '../../plugins/host-fields.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createTraefikDriver, readTraefik, traefikSettings } from './driver.ts';

export const traefik: AppliancePlugin<typeof traefikSettings> = {
  id: 'traefik',
  title: 'Traefik',
  summary: 'Certificate and a dynamic configuration file that names it, for the file provider. Nothing is restarted.',
  group: 'Web servers and proxies',
  since: '0.1.0',
  links: {
    product: 'https://traefik.io/traefik/',
    api: 'https://doc.traefik.io/traefik/providers/file/',
  },
  settings: traefikSettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  restartsNothing: true,
  caveats: [
    {
      text: 'Tested against a server of our own that reads the files strictly as documented, not against Traefik itself.',
      link: 'https://doc.traefik.io/traefik/providers/file/',
    },
    {
      text: 'Traefik has to watch (providers.file.watch, on by default). On network file systems and for files mounted alone into a container it may see no change.',
      link: 'https://doc.traefik.io/traefik/providers/file/#watch',
    },
    {
      text: 'Traefik does not notice when the content of a certificate file changes. So each certificate gets files with a new name; the pair before stays until the next renewal.',
      link: 'https://github.com/traefik/traefik/issues/5495',
    },
    {
      text: 'When several certificates have a name, Traefik chooses. Take the old certificate out of the other files, otherwise it may go on to be served.',
      link: 'https://doc.traefik.io/traefik/https/tls/#certificates-definition',
    },
  ],
  usesOwnHost: isOnOwnHost,
  verify: readTraefik,
  create: createTraefikDriver,
};
