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

const Token = z.object({ Token: z.string().min(1) });
const Started = z.object({ response: z.object({ taskId: z.string().min(1) }) });
const Task = z.object({
  response: z.object({
    endTime: z.union([z.number(), z.string()]).nullish(),
    isError: z.boolean().nullish(),
    failureReason: z.string().nullish(),
    progress: z.string().nullish(),
  }),
});

/** Null while it runs. */
export type TaskEnd = { readonly ok: true } | { readonly ok: false; readonly reason: string } | null;

export interface CatalystRestOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
}

/** The intent API of one Catalyst Center. Every method throws ApplianceCallError. */
export class CatalystRest {
  readonly #web: ApplianceWeb;
  readonly #authorization: string;
  /** Good for this host alone, so it is kept here and nowhere else. */
  #token: Secret | null = null;

  constructor({ user, password, ...peer }: CatalystRestOptions) {
    this.#authorization = basicAuthorization(user, password);
    this.#web = new ApplianceWeb({ ...peer, secrets: [password], sentenceIn });
  }

  /** Whether the credentials are good. */
  async logIn(signal: AbortSignal): Promise<void> {
    const headers = { authorization: this.#authorization };
    const call = { method: 'POST', path: '/dna/system/api/v1/auth/token', headers } as const;
    const answer = await this.#web.send(call, signal);
    const parsed = Token.safeParse(jsonOf(answer.body));
    if (!parsed.success) throw this.#web.refusal('APPLIANCE_PROTOCOL', 'gave no token.', call, { ...answer, body: '' });
    this.#token = new Secret(parsed.data.Token);
  }

  /** Returns the number of the task; null when the answer names none. */
  async upload(chainPem: string, key: Secret, use: string, signal: AbortSignal): Promise<string | null> {
    const type = 'application/x-pem-file';
    const call: ApplianceCall = {
      method: 'POST',
      path: `/dna/intent/api/v1/certificate?listOfUsers=${encodeURIComponent(use)}`,
      form: [
        { name: 'certFileUpload', fileName: 'certificate.pem', contentType: type, content: chainPem },
        { name: 'pkFileUpload', fileName: 'private_key.pem', contentType: type, content: key },
      ],
      confirms: confirming('catalyst-upload-answer'),
    };
    const parsed = Started.safeParse(jsonOf((await this.#send(call, signal)).body));
    return parsed.success ? parsed.data.response.taskId : null;
  }

  /** A task that is not known (yet) runs. */
  async task(id: string, signal: AbortSignal): Promise<TaskEnd> {
    const path = `/dna/intent/api/v1/task/${encodeURIComponent(id)}`;
    const call: ApplianceCall = { method: 'GET', path, confirms: confirming('catalyst-task-unknown') };
    const answer = await this.#send(call, signal).catch((error: unknown) => {
      if (error instanceof ApplianceCallError && error.status === 404) return null;
      throw error;
    });
    if (answer === null) return null;
    const parsed = Task.safeParse(jsonOf(answer.body));
    if (!parsed.success)
      throw this.#web.refusal('APPLIANCE_PROTOCOL', 'answered a task in an unknown form.', call, answer);
    const { isError, endTime, failureReason, progress } = parsed.data.response;
    if (isError) return { ok: false, reason: failureReason || progress || 'it gave no reason' };
    return endTime ? { ok: true } : null;
  }

  /** Tokens end after an hour or earlier: a refused one is replaced once. */
  async #send(call: ApplianceCall, signal: AbortSignal): Promise<HttpResponse> {
    const isFresh = this.#token === null;
    if (isFresh) await this.logIn(signal);
    try {
      return await this.#web.send(this.#withToken(call), signal);
    } catch (error) {
      if (isFresh || !(error instanceof ApplianceCallError) || error.status !== 401) throw error;
    }
    await this.logIn(signal);
    return await this.#web.send(this.#withToken(call), signal);
  }

  #withToken(call: ApplianceCall): ApplianceCall {
    return { ...call, headers: { 'x-auth-token': this.#token?.reveal() ?? '' } };
  }
}

const Refusal = z.object({ response: z.object({ message: z.string().nullish(), detail: z.string().nullish() }) });

function sentenceIn(body: string): string | null {
  const parsed = Refusal.safeParse(jsonOf(body));
  if (!parsed.success) return null;
  const { message, detail } = parsed.data.response;
  return [message, detail].filter(Boolean).join('\n') || null;
}
