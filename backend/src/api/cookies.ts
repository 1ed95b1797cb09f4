import type { Request, Response } from 'express';

/** Milliseconds that a login at the provider may take. */
const SSO_PATIENCE = 600_000;

/** What the session cookie holds; null without one. */
export function sessionCookie(req: Request): string | null {
  return cookie(req, 'certferry');
}

/** Goes with the browser window; the daemon ends the session much earlier. Never sent along from other sites. */
export function setSessionCookie(req: Request, res: Response, publicUrl: string | null, secret: string): void {
  const secure = isSecure(req, publicUrl);
  res.cookie(nameOf(req, 'certferry', secure), secret, { httpOnly: true, sameSite: 'strict', secure, path: '/' });
}

export function clearSessionCookie(req: Request, res: Response): void {
  clear(req, res, 'certferry', 'strict');
}

export function ssoCookie(req: Request): string | null {
  return cookie(req, 'certferry-sso');
}

/** The provider sends the browser back by a link from another site, with which only lax cookies go. */
export function setSsoCookie(req: Request, res: Response, publicUrl: string | null, value: string): void {
  const secure = isSecure(req, publicUrl);
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: SSO_PATIENCE } as const;
  res.cookie(nameOf(req, 'certferry-sso', secure), value, options);
}

export function clearSsoCookie(req: Request, res: Response): void {
  clear(req, res, 'certferry-sso', 'lax');
}

/** The address of this daemon as the browser sees it, without a slash at its end. */
export function ownOrigin(req: Request, publicUrl: string | null): string {
  return publicUrl ?? `${req.protocol}://${req.get('host') ?? 'localhost'}`;
}

/** True over TLS, also when a proxy ends it: then the browser is at the public address. */
function isSecure(req: Request, publicUrl: string | null): boolean {
  if (req.secure) return true;
  return publicUrl?.startsWith('https:') === true && new URL(publicUrl).host === req.get('host');
}

function cookie(req: Request, name: string): string | null {
  const pairs = (req.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  // The prefixed one cannot be set by another host or over plain HTTP.
  for (const wanted of [nameOf(req, name, true), nameOf(req, name, false)]) {
    const found = pairs.find((pair) => pair.startsWith(`${wanted}=`));
    if (found) return decode(found.slice(wanted.length + 1));
  }
  return null;
}

function clear(req: Request, res: Response, name: string, sameSite: 'strict' | 'lax'): void {
  for (const secure of [true, false])
    res.clearCookie(nameOf(req, name, secure), { httpOnly: true, sameSite, secure, path: '/' });
}

/** With the port, because browsers do not tell ports of one host apart: the lab may run beside another daemon. */
function nameOf(req: Request, name: string, secure: boolean): string {
  const [, port] = /:(\d+)$/.exec(req.get('host') ?? '') ?? [];
  return `${secure ? '__Host-' : ''}${name}${port === undefined ? '' : `-${port}`}`;
}

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
