import { KEY_KINDS } from '../../domain/key-kind.ts';
import { isOnOwnHost } from '../../plugins/host-fields.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createNginxDriver, nginxSettings, readNginx } from './driver.ts';

export const nginx: AppliancePlugin<typeof nginxSettings> = {
  id: 'nginx',
  title: 'nginx',
  summary:
    'Writes key and certificate, tests the configuration and reloads, on this host or over SSH. No connection is lost.',
  group: 'Web servers and proxies',
  since: '0.1.0',
  links: {
    product: 'https://nginx.org/',
    api: 'https://nginx.org/en/docs/control.html',
  },
  settings: nginxSettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  restartsNothing: true,
  caveats: [
    {
      text: 'After a reload old workers end the connections that they have; a client that keeps one open for hours sees the new certificate with its next connection.',
      link: 'https://nginx.org/en/docs/control.html#reconfiguration',
    },
    {
      text: 'A reload can fail after a successful test, for instance when a port cannot be had; nginx then says so in its error log alone and goes on as before. certferry sees it at the endpoints.',
      link: 'https://nginx.org/en/docs/control.html#reconfiguration',
    },
    {
      text: 'A server with two certificates, RSA and ECDSA, has two connections here, each with its kind of key; the endpoint shows the one that the client prefers, so only one of them can be seen.',
      link: 'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_certificate',
    },
    {
      text: 'A symbolic link is neither followed nor replaced: give the path that it leads to. Links among the folders are followed.',
      link: 'https://man7.org/linux/man-pages/man7/symlink.7.html',
    },
  ],
  usesOwnHost: isOnOwnHost,
  verify: readNginx,
  create: createNginxDriver,
};
