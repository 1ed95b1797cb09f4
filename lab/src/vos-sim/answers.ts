import type { ErrorRequestHandler, Response } from 'express';
import { pause, pieces, trackingId } from './chance.ts';
import { Refusal, TEXTS } from './refusal.ts';

/** Sends JSON after a while and in parts, as a body over a network comes. */
export async function answer(response: Response, status: number, body: unknown, life: AbortSignal): Promise<void> {
  await pause(5, 40, life);
  response.status(status).type('application/json');
  for (const part of pieces(JSON.stringify(body), 1, 3)) {
    response.write(part);
    await pause(0, 3, life);
  }
  response.end();
}

/** The error body of the vendor's documentation: `{key, messages, trackingId}`. */
export function errorAnswers(life: AbortSignal): ErrorRequestHandler {
  return async (error: unknown, _request, response, next) => {
    if (life.aborted || response.headersSent) return next(error);
    const { status, message } = refusalFor(error);
    if (status === 401) response.set('WWW-Authenticate', 'Basic realm="CMPlatform Realm"');
    await answer(response, status, { key: status, messages: [message], trackingId: trackingId() }, life);
  };
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isBodyParserError(error)) return new Refusal(400, TEXTS.invalidJson);
  return new Refusal(500, TEXTS.internal);
}

/** Errors of express.json() carry the status that they ask for. */
function isBodyParserError(error: unknown): boolean {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;
}
