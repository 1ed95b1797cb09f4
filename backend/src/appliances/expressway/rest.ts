import { z } from 'zod';
import { splitPem } from '../../domain/certificate.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpResponse } from '../../plugins/http.ts';
import {
  type ApplianceCall,
  ApplianceCallError,
  ApplianceWeb,
  basicAuthorization,
  jsonOf,
} from '../_boxes/appliance-call.ts';
import { confirming, type UnconfirmedId } from './unconfirmed.ts';

const CERTS = '/api/provisioning/certs';

const Message = z.object({ Message: z.string() });

export interface ExpresswayRestOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
}

export interface CsrBody {
  readonly Additional_FQDNS: readonly string[];
  readonly Country: string;
  readonly KeyLength: number;
  readonly DigestAlgorithm: 'sha256';
  readonly Province: string;
  readonly Locality: string;
  readonly Organization: string;
  readonly OrganizationalUnit: string;
  readonly Email: string;
}

/** The certificate part of the provisioning API of one Expressway. Every method throws ApplianceCallError. */
export class ExpresswayRest {
  readonly #web: ApplianceWeb;
  readonly #authorization: string;

  constructor({ user, password, ...peer }: ExpresswayRestOptions) {
    this.#authorization = basicAuthorization(user, password);
    this.#web = new ApplianceWeb({ ...peer, secrets: [password], sentenceIn: messageIn });
  }

  /** PEM, the leaf first. */
  async serverCertificate(signal: AbortSignal): Promise<readonly string[]> {
    return splitPem((await this.#send({ method: 'GET', path: `${CERTS}/server` }, signal)).body);
  }

  /** PEM */
  async trusted(signal: AbortSignal): Promise<readonly string[]> {
    return splitPem((await this.#send({ method: 'GET', path: `${CERTS}/root` }, signal)).body);
  }

  /** PEM; null when none is pending. */
  async pendingCsr(signal: AbortSignal): Promise<string | null> {
    const confirms = () => confirming('expressway-pending-csr');
    const call = { method: 'GET', path: `${CERTS}/generate_csr`, confirms } as const;
    const answer = await this.#send(call, signal).catch((error: unknown) => {
      if (error instanceof ApplianceCallError && error.status === 404) return null;
      throw error;
    });
    const pem = /-----BEGIN[\s\S]+-----END[^\n]*-----/.exec(answer?.body ?? '')?.[0];
    return pem ? `${pem}\n` : null;
  }

  /** False: one is pending already. */
  async createCsr(json: CsrBody, signal: AbortSignal): Promise<boolean> {
    const confirms = () => confirming('expressway-csr-conflict');
    const call = { method: 'POST', path: `${CERTS}/generate_csr`, json, confirms } as const;
    try {
      await this.#send(call, signal);
      return true;
    } catch (error) {
      if (error instanceof ApplianceCallError && isConflict(error)) return false;
      throw error;
    }
  }

  async uploadServer(pem: string, signal: AbortSignal): Promise<void> {
    await this.#upload('server', pem, ['expressway-refusal', 'expressway-chain'], signal);
  }

  async uploadTrusted(pem: string, signal: AbortSignal): Promise<void> {
    await this.#upload('root', pem, ['expressway-trust-append'], signal);
  }

  async #upload(
    what: 'server' | 'root',
    content: string,
    shows: readonly UnconfirmedId[],
    signal: AbortSignal,
  ): Promise<void> {
    const form = [{ name: 'file', fileName: `${what}.pem`, contentType: 'application/x-pem-file', content }];
    await this.#send({ method: 'POST', path: `${CERTS}/${what}`, form, confirms: () => confirming(...shows) }, signal);
  }

  /** The box may say no in the text of a 200. */
  async #send(call: ApplianceCall, signal: AbortSignal): Promise<HttpResponse> {
    const headers = { accept: '*/*', authorization: this.#authorization };
    const answer = await this.#web.send({ ...call, headers }, signal);
    const message = messageIn(answer.body);
    if (message !== null && /conflict|bad request|error|fail/i.test(message)) {
      throw this.#web.refusal('APPLIANCE_REFUSED', `refused the request: ${message}`, call, answer);
    }
    return answer;
  }
}

function isConflict({ status, evidence }: ApplianceCallError): boolean {
  return status === 409 || /conflict/i.test(evidence?.body ?? '');
}

function messageIn(body: string): string | null {
  const parsed = Message.safeParse(jsonOf(body));
  return parsed.success ? parsed.data.Message : null;
}
