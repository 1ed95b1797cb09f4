import { isIP } from 'node:net';
import { AppError } from '../domain/errors.ts';

/** Where a DNS server listens. */
export interface Endpoint {
  /** IP address, or a host name for the system to look up. */
  readonly address: string;
  readonly port: number;
}

const DEFAULT_PORT = 53;

/**
 * Reads `192.0.2.1`, `192.0.2.1:5353`, `ns.example.net:5353`, `2001:db8::1` or `[2001:db8::1]:53`.
 *
 * @throws AppError INVALID_SETTINGS
 */
export function parseEndpoint(text: string): Endpoint {
  const trimmed = text.trim();
  if (isIP(trimmed)) return { address: trimmed, port: DEFAULT_PORT };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(trimmed);
  const address = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (!address || port < 1 || port > 65535) {
    throw new AppError('INVALID_SETTINGS', `"${text}" is not the address of a DNS server (host:port, [IPv6]:port).`);
  }
  return { address, port };
}

export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
