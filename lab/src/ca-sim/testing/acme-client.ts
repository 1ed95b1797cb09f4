import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { request } from 'node:https';
import { calculateJwkThumbprint, exportJWK, FlattenedSign, type JWK } from 'jose';
import type { CaSim } from '../index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed JSON. Tests look into it at will. */
  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect in it
  readonly json: any;
}

interface SigningChoices {
  readonly signWith?: 'kid' | 'jwk';
  readonly key?: KeyObject;
  readonly algorithm?: string;
  /** Replaces members of the protected header; undefined takes them away. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly contentType?: string;
  /** The last word over the JWS before it is sent. */
  readonly rewrite?: (jws: Record<string, string | undefined>) => unknown;
}

export function ecKey(namedCurve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

/** A client that does as it is told, mistakes included. */
export class AcmeClient {
  readonly #ca: CaSim;
  key: KeyObject;
  kid: string | null = null;
  directory: Readonly<Record<string, string>> = {};

  constructor(ca: CaSim, key: KeyObject) {
    this.#ca = ca;
    this.key = key;
  }

  static async connected(ca: CaSim, key: KeyObject = ecKey()): Promise<AcmeClient> {
    const client = new AcmeClient(ca, key);
    client.directory = (await client.send('GET', ca.directoryUrl)).json;
    return client;
  }

  static async registered(ca: CaSim, key: KeyObject = ecKey()): Promise<AcmeClient> {
    const client = await AcmeClient.connected(ca, key);
    await client.register();
    return client;
  }

  async register(members: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    const payload = { termsOfServiceAgreed: true, ...members };
    const reply = await this.post(this.url('newAccount'), payload, { signWith: 'jwk' });
    if (reply.status < 300) this.kid = String(reply.headers.location);
    return reply;
  }

  url(resource: string): string {
    return this.directory[resource] ?? '';
  }

  async nonce(): Promise<string> {
    return String((await this.send('HEAD', this.url('newNonce'))).headers['replay-nonce']);
  }

  async order(names: readonly string[], members: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    return this.post(this.url('newOrder'), { identifiers, ...members });
  }

  /** POST-as-GET */
  async read(url: string): Promise<Reply> {
    return this.post(url, '');
  }

  async post(url: string, payload: unknown, choices: SigningChoices = {}): Promise<Reply> {
    const text = payload === '' ? '' : JSON.stringify(payload);
    const jws = await this.sign(text, { url, nonce: await this.nonce(), ...choices.header }, choices);
    const body = choices.rewrite === undefined ? jws : choices.rewrite(jws);
    return this.send('POST', url, JSON.stringify(body), {
      'content-type': choices.contentType ?? 'application/jose+json',
    });
  }

  async sign(
    text: string,
    header: Readonly<Record<string, unknown>>,
    { signWith = 'kid', key = this.key, algorithm }: SigningChoices = {},
  ): Promise<Record<string, string | undefined>> {
    const identity = signWith === 'kid' ? { kid: this.kid ?? '' } : { jwk: await publicJwk(key) };
    const alg = algorithm ?? algorithmFor(key);
    const members = Object.entries({ ...identity, ...header, alg }).filter(([, value]) => value !== undefined);
    const signer = new FlattenedSign(Buffer.from(text)).setProtectedHeader({ ...Object.fromEntries(members), alg });
    const { protected: head, payload, signature } = await signer.sign(key);
    return { protected: head, payload, signature };
  }

  async keyAuthorization(token: string): Promise<string> {
    return `${token}.${await calculateJwkThumbprint(await publicJwk(this.key))}`;
  }

  async dnsValue(token: string): Promise<string> {
    return createHash('sha256')
      .update(await this.keyAuthorization(token))
      .digest('base64url');
  }

  async send(method: string, url: string, body?: string, headers: Record<string, string> = {}): Promise<Reply> {
    const { promise, resolve, reject } = withResolvers<Reply>();
    const options = {
      method,
      ca: this.#ca.tlsCaPem,
      agent: false,
      headers: { 'user-agent': 'ca-sim test', ...headers },
    };
    const outgoing = request(url, options, async (incoming) => {
      let text = '';
      for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
      const isJson = /json/.test(incoming.headers['content-type'] ?? '');
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        text,
        json: isJson && text !== '' ? JSON.parse(text) : null,
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
    return promise;
  }
}

/** The `externalAccountBinding` for an account key. */
export async function externalAccountBinding(kid: string, secret: string, key: KeyObject, url: string) {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = encode({ alg: 'HS256', kid, url });
  const payload = encode(await publicJwk(key));
  const signature = createHmac('sha256', Buffer.from(secret, 'base64url')).update(`${header}.${payload}`);
  return { protected: header, payload, signature: signature.digest('base64url') };
}

export async function publicJwk(key: KeyObject): Promise<JWK> {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = await exportJWK(key);
  return jwk;
}

function algorithmFor(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256';
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
