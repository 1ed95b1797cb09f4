import { isIP } from 'node:net';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { FieldMeta } from './fields.ts';
import type { TlsEndpoint } from './tls.ts';

const META: FieldMeta = {
  title: 'Seen at',
  help: 'Where clients meet the certificate: host:port, a line each. A renewal is over only when all of them serve it. When the name to ask for is another one, after a space: 192.0.2.7:443 www.example.com',
  example: 'www.example.com:443',
  private: true,
};

/** A settings field for hosts that cannot tell where their certificate is served. */
export const servedAtField = z
  .array(z.string().trim().min(1))
  .min(1, 'At least one address is needed: a renewal is over only when the certificate was seen served')
  .meta({ ...META });

/** `[2001:db8::7]:443 www.example.com` */
const ENDPOINT = /^(?:\[([0-9a-f:.%]+)\]|([a-z0-9._-]+)):(\d{1,5})(?:\s+([a-z0-9._-]+))?$/i;

/** @throws AppError INVALID_SETTINGS naming the line. */
export function endpointsOf(servedAt: readonly string[]): readonly TlsEndpoint[] {
  return servedAt.map(endpointOf);
}

function endpointOf(line: string): TlsEndpoint {
  const [, ip6, name, digits, asked] = ENDPOINT.exec(line.trim()) ?? [];
  const host = ip6 ?? name;
  const port = Number(digits);
  if (host === undefined || (ip6 !== undefined && isIP(ip6) !== 6) || port < 1 || port > 65_535) {
    throw new AppError(
      'INVALID_SETTINGS',
      `Seen at (servedAt): "${line}" is not host:port, as in www.example.com:443 or [2001:db8::7]:443.`,
    );
  }
  return { host, port, serverName: asked ?? host };
}
