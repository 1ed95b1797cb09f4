import { hostIn } from '../dns/host.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Ports of web pages for people; where programs are answered is another one, with a default of its own. */
const PAGE_PORTS = [80, 443, 8443];

/**
 * Settings in which a pasted URL or `host:port` became the address and, where it is not that of a web page, the port in the field
 * `portField`.
 * The same object when there is nothing to tidy.
 */
export function withTidyAddress(settings: Settings, portField: string | null = 'apiPort'): Settings {
  const { host } = settings;
  // More than one colon without a path: an IPv6 address.
  if (typeof host !== 'string' || /^[^/]*:[^/]*:/.test(host)) return settings;
  const tidy = hostIn(host);
  if (tidy === host || tidy === '') return settings;
  const port = Number(/^(?:[a-z]+:\/\/)?[^/?#]+?:(\d+)(?:[/?#]|$)/i.exec(host.trim())?.[1] ?? 0);
  const other = port > 0 && !PAGE_PORTS.includes(port) && portField !== null ? { [portField]: port } : {};
  return { ...settings, host: tidy, ...other };
}
