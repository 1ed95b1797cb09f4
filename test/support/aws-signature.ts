import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only of an assumed role. */
  readonly sessionToken?: string;
}

export interface SignedRequest<Body extends string | Buffer = string> {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** Null when the request is not signed. */
export function accessKeyOf({ headers }: Pick<SignedRequest, 'headers'>): string | null {
  return AUTHORIZATION.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function fitsSignature(request: SignedRequest<string | Buffer>, key: AwsKey): boolean {
  const match = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (!match) return false;
  const [, , day = '', region = '', service = '', signed = '', signature = ''] = match;
  const names = signed.split(';');
  const time = String(request.headers['x-amz-date']);
  const token = request.headers['x-amz-security-token'];
  if (!names.includes('host') || !time.startsWith(day) || token !== key.sessionToken) return false;
  if (token !== undefined && !names.includes('x-amz-security-token')) return false;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(request, names))].join('\n');
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  return timingSafeEqual(hmac(signingKey, toSign), Buffer.from(signature, 'hex'));
}

function canonicalRequest(
  { method, url, headers, body }: SignedRequest<string | Buffer>,
  names: readonly string[],
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  return [method, url.pathname, query, lines.join(''), names.join(';'), payloadHash(headers, body)].join('\n');
}

/** S3 has the client send the hash, and takes what it says over an encrypted connection. */
function payloadHash(headers: IncomingHttpHeaders, body: string | Buffer): string {
  return headers['x-amz-content-sha256'] === 'UNSIGNED-PAYLOAD' ? 'UNSIGNED-PAYLOAD' : sha256(body);
}

function encode(words: string): string {
  return encodeURIComponent(words).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(words: string | Buffer): string {
  return createHash('sha256').update(words).digest('hex');
}

function hmac(key: string | Buffer, words: string): Buffer {
  return createHmac('sha256', key).update(words).digest();
}
