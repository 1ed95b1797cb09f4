import { csrfToken, loseSession } from '../session/session.ts';
import type { Problem } from './types.ts';

/** What the daemon answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>('GET', path, undefined, signal);
}

/** What is no JSON document. @throws ApiError */
export async function getText(path: string): Promise<string> {
  return await (await answered(await send('GET', path, undefined))).text();
}

export function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  return call<T>('POST', path, body, signal);
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return call<T>('PUT', path, body);
}

export function remove<T = void>(path: string, body?: unknown): Promise<T> {
  return call<T>('DELETE', path, body);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return call<T>('PATCH', path, body);
}

export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** A file, under the name that the daemon gives it. */
export async function download(path: string): Promise<Download> {
  const response = await answered(await send('GET', path, undefined));
  const [, name = 'download'] = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { name, content: await response.blob() };
}

/** @throws ApiError; a TypeError when nobody answers */
async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal);
  const text = await (await answered(response)).text();
  // The daemon of the same version wrote it.
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The session cookie goes along by itself; what shows that this page asks does not. */
function send(method: string, path: string, body: unknown, signal?: AbortSignal) {
  const token = csrfToken();
  return fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { 'x-csrf-token': token }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response;
  const problem = asProblem(await response.text(), response.status);
  if (problem.code === 'UNAUTHENTICATED') loseSession();
  throw new ApiError(problem);
}

/** A proxy in between may answer with something of its own. */
function asProblem(text: string, status: number): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    const title = `The answer was ${status}, and not from certferry`;
    return { type: '', title, status, detail: text.slice(0, 300), code: 'INTERNAL', action: 'Look at the proxy.' };
  }
}
