import { z } from 'zod';
import { id } from '../contract.ts';

/** What a route takes and answers: checked before its handler is called, and shown in the OpenAPI document. */
export interface Operation {
  readonly summary: string;
  /** What stands in the path. Left out: every `:name` of it is a number. */
  readonly params?: z.ZodObject;
  /** Names that are not in it are refused. */
  readonly query?: z.ZodObject;
  /** Of JSON. Left out: the route takes no body, or an empty object. */
  readonly body?: z.ZodType;
  /** Takes bodies of up to 16 MB instead of 256 kB: only where administrators call it. */
  readonly large?: true;
  readonly answer: Answer;
  /** Answered from memory when it comes again with the same `Idempotency-Key`. Never where the answer holds a secret. */
  readonly repeatable?: true;
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Null: no content. */
  readonly type: string | null;
  readonly schema: z.ZodType | null;
}

/** By method and path below /api/v1, as they are registered: `GET /connections/:id`. */
export type Operations = Readonly<Record<string, Operation>>;

export const NO_BODY = z.strictObject({}).optional();

export function json(schema: z.ZodType, status = 200): Answer {
  return { status, description: status === 201 ? 'Created' : 'OK', type: 'application/json', schema };
}

export function created(schema: z.ZodType): Answer {
  return json(schema, 201);
}

export function accepted(schema: z.ZodType): Answer {
  return { ...json(schema, 202), description: 'Begun' };
}

export const nothing: Answer = { status: 204, description: 'Done', type: null, schema: null };

export function file(type: string, description: string): Answer {
  return { status: 200, description, type, schema: null };
}

export const elsewhere: Answer = { status: 303, description: 'To another page', type: null, schema: null };

/** An endless answer, piece by piece. */
export const EVENT_STREAM = 'text/event-stream';

/** `:id` and the like: digits, unless the operation says otherwise. */
export function paramsOf(path: string, { params }: Operation): z.ZodObject {
  if (params) return params;
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return z.strictObject(Object.fromEntries(names.map((name) => [name, id])));
}
