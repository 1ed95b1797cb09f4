import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { text } from '../../plugins/fields.ts';
import type { HostPlace, HostSocket } from '../../plugins/file-host.ts';
import { hostFields, hostPlaceOf } from '../../plugins/host-fields.ts';
import { endpointsOf, servedAtField } from '../../plugins/served-at.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { bits, keptOld, keyMode, owner, path } from '../_hosts/file-fields.ts';

export const haproxySettings = z.object({
  ...hostFields,
  servedAt: servedAtField,
  runtime: text({
    title: 'Runtime API',
    help: 'The stats socket with "level admin": its path, or host:port, as the host sees it. Over SSH it is reached through the SSH connection.',
    example: '/run/haproxy/admin.sock',
    private: true,
  }),
  pemFile: path({
    title: 'Certificate file',
    help: 'The file that crt names: key, certificate and intermediates. HAProxy reads it when it starts.',
    example: '/etc/haproxy/certs/www.pem',
  }),
  nameInHaproxy: text({
    title: 'Name in HAProxy',
    help: 'As "show ssl cert" lists it, when that is not the path of the file, such as the path within a container.',
    advanced: true,
  }).optional(),
  keyMode,
  owner,
  keepOld: keptOld(0),
});

export type HaproxySettings = z.output<typeof haproxySettings>;

/** The settings as the driver works with them. */
export interface Haproxy {
  readonly place: HostPlace;
  readonly runtime: HostSocket;
  readonly pemFile: string;
  /** Of the certificate, in memory. */
  readonly name: string;
  readonly mode: number;
  readonly owner: string | undefined;
  readonly keepOld: number;
  readonly endpoints: readonly TlsEndpoint[];
}

/** @throws AppError INVALID_SETTINGS */
export function readHaproxy(settings: HaproxySettings): Haproxy {
  const { pemFile, nameInHaproxy, runtime, keyMode: mode, owner: givenTo, keepOld, servedAt } = settings;
  return {
    place: hostPlaceOf(settings),
    runtime: socketOf(runtime),
    pemFile,
    name: nameOf(nameInHaproxy ?? pemFile),
    mode: bits(mode),
    owner: givenTo,
    keepOld,
    endpoints: endpointsOf(servedAt),
  };
}

function socketOf(runtime: string): HostSocket {
  if (runtime.startsWith('/')) return { path: runtime };
  const [, ip6, name, digits] = /^(?:\[([0-9a-f:.%]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(runtime) ?? [];
  const [host, port] = [ip6 ?? name, Number(digits)];
  if (host !== undefined && port > 0 && port <= 65_535) return { host, port };
  const words = `Runtime API (runtime): "${runtime}" is neither the path of a socket, as in /run/haproxy/admin.sock, nor host:port.`;
  throw new AppError('INVALID_SETTINGS', words);
}

/** What would have to be escaped in a command (https://docs.haproxy.org/2.6/management.html#9.3), or means something else there. */
function nameOf(name: string): string {
  if (/^[^\s;\\"'<>*#][^\s;\\"'<>]*$/.test(name)) return name;
  const words = `Name in HAProxy (nameInHaproxy): "${name}" holds a character that its commands cannot carry. Give the file a plain name.`;
  throw new AppError('INVALID_SETTINGS', words);
}
