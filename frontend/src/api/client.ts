import { csrfToken, loseSession } from '../session/session.ts';
import { ApiError } from './api-error.ts';
import type { Problem } from './types.ts';

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>('GET', path, undefined, signal);
}

export interface Tagged<T> {
  readonly value: T;
  /** For `changeTagged`. */
  readonly tag: string;
}

/** With the tag that the daemon sends as ETag. @throws ApiError */
export async function getTagged<T>(path: string, signal?: AbortSignal): Promise<Tagged<T>> {
  const response = await answered(await send('GET', path, undefined, signal));
  // A proxy that compresses makes it a weak one.
  const [, tag = ''] = /"([^"]*)"/.exec(response.headers.get('etag') ?? '') ?? [];
  // The daemon of the same version wrote it.
  return { value: (await response.json()) as T, tag };
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

/** A change of what is as `tag` says; refused when somebody else changed it meanwhile. */
export function changeTagged<T = void>(
  method: 'PATCH' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  tag: string,
  body?: unknown,
) {
  return call<T>(method, path, body, undefined, { 'if-match': `"${tag}"` });
}

export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** A file, under the name that the daemon gives it. With a body it is asked for by POST. */
export async function download(path: string, body?: unknown): Promise<Download> {
  const response = await answered(await send(body === undefined ? 'GET' : 'POST', path, body));
  const [, name = 'download'] = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { name, content: await response.blob() };
}

/** @throws ApiError; a TypeError when nobody answers */
async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  more?: Readonly<Record<string, string>>,
): Promise<T> {
  const response = await send(method, path, body, signal, more);
  const text = await (await answered(response)).text();
  // The daemon of the same version wrote it.
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The session cookie goes along by itself; what shows that this page asks does not. */
function send(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
  more: Readonly<Record<string, string>> = {},
) {
  const token = csrfToken();
  return fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...more,
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
