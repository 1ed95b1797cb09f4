import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpResponse } from '../../plugins/http.ts';
import {
  type ApplianceCall,
  ApplianceCallError,
  ApplianceWeb,
  basicAuthorization,
  jsonOf,
} from '../_boxes/appliance-call.ts';
import { confirming } from './unconfirmed.ts';

const TLS = '/api/vcenter/certificate-management/vcenter/tls';
/** Milliseconds: a session that is not ended expires by itself. */
const GOODBYE_MS = 5000;

const Token = z.string().min(1);
const Version = z.object({ version: z.string().min(1), build: z.string().nullish() });
const Tls = z.object({ cert: z.string().nullish() });
const Refusal = z.object({
  error_type: z.string().nullish(),
  messages: z.array(z.object({ default_message: z.string() })).nullish(),
});

export interface VcenterRestOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  /** Milliseconds for a replacement. */
  readonly installTimeoutMs: number;
}

/** PEM. */
export interface Replacement {
  readonly certPem: string;
  readonly key: Secret;
  /** Null: vCenter trusts the CA already. */
  readonly rootPem: string | null;
}

/**
 * The Automation API of one vCenter, from 7.0 U2 on. Each method has a session of its own and ends it, because vCenter
 * keeps a limited number. Throws ApplianceCallError.
 */
export class VcenterRest {
  readonly #web: ApplianceWeb;
  readonly #authorization: string;
  readonly #installTimeoutMs: number;
  /** What vCenter might repeat in its words. */
  readonly #secrets: Secret[];

  constructor({ user, password, installTimeoutMs, ...peer }: VcenterRestOptions) {
    this.#authorization = basicAuthorization(user, password);
    this.#installTimeoutMs = installTimeoutMs;
    this.#secrets = [password];
    this.#web = new ApplianceWeb({ ...peer, secrets: this.#secrets, sentenceIn });
  }

  /** `8.0.3.00400, build 24322831`; null when this account may not ask. Also says whether the credentials are good. */
  async version(signal: AbortSignal): Promise<string | null> {
    const call = { method: 'GET', path: '/api/appliance/system/version' } as const;
    return await this.#inSession(async (send) => {
      const answer = await send(call).catch((error: unknown) => {
        if (error instanceof ApplianceCallError && error.status === 403) return null;
        throw error;
      });
      if (answer === null) return null;
      const parsed = Version.safeParse(jsonOf(answer.body));
      if (!parsed.success)
        throw this.#web.refusal('APPLIANCE_PROTOCOL', 'tells its version in an unknown form.', call, answer);
      const { version, build } = parsed.data;
      return build ? `${version}, build ${build}` : version;
    }, signal);
  }

  /** PEM of the machine certificate that vCenter holds, perhaps with its chain; null when the answer has none. */
  async machineCertificate(signal: AbortSignal): Promise<string | null> {
    const call: ApplianceCall = { method: 'GET', path: TLS, confirms: confirming('vcenter-cert-field') };
    return await this.#inSession(async (send) => {
      const answer = await send(call);
      const parsed = Tls.safeParse(jsonOf(answer.body));
      if (!parsed.success)
        throw this.#web.refusal('APPLIANCE_PROTOCOL', 'gave its certificate in an unknown form.', call, answer);
      return parsed.data.cert ?? null;
    }, signal);
  }

  /** The services restart soon after, or while it is answered. */
  async replace({ certPem, key, rootPem }: Replacement, signal: AbortSignal): Promise<void> {
    this.#secrets.push(new Secret(key.reveal().trim()));
    const call: ApplianceCall = {
      method: 'PUT',
      path: TLS,
      json: { cert: certPem, key: key.reveal(), ...(rootPem === null ? {} : { root_cert: rootPem }) },
      timeoutMs: this.#installTimeoutMs,
      confirms: confirming('vcenter-chain', 'vcenter-root-again', 'vcenter-put-answer', 'vcenter-refusal'),
    };
    await this.#inSession((send) => send(call), signal);
  }

  async #inSession<T>(
    work: (send: (call: ApplianceCall) => Promise<HttpResponse>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const token = await this.#open(signal);
    const headers = { 'vmware-api-session-id': token.reveal() };
    try {
      return await work((call) => this.#web.send({ ...call, headers }, signal));
    } finally {
      await this.#close(headers);
    }
  }

  async #open(signal: AbortSignal): Promise<Secret> {
    const headers = { authorization: this.#authorization };
    const call = { method: 'POST', path: '/api/session', headers, hasSecretAnswer: true } as const;
    const answer = await this.#web.send(call, signal);
    const parsed = Token.safeParse(jsonOf(answer.body));
    if (!parsed.success)
      throw this.#web.refusal('APPLIANCE_PROTOCOL', 'gave no session.', call, { ...answer, body: '' });
    return new Secret(parsed.data);
  }

  /** Also after an abort; a vCenter that restarts has forgotten the session anyway. */
  async #close(headers: Readonly<Record<string, string>>): Promise<void> {
    const call = { method: 'DELETE', path: '/api/session', headers, timeoutMs: GOODBYE_MS } as const;
    try {
      await this.#web.send(call, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof ApplianceCallError)) throw error;
    }
  }
}

/** `INVALID_ARGUMENT: Certificate is expired`; null when the body is no error of this API. */
function sentenceIn(body: string): string | null {
  const parsed = Refusal.safeParse(jsonOf(body));
  if (!parsed.success) return null;
  const { error_type: type, messages } = parsed.data;
  const words = (messages ?? []).map(({ default_message: message }) => message).join('\n');
  return [type, words].filter(Boolean).join(': ') || null;
}
