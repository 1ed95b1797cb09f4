import { z } from 'zod';
import type { ApiDocument, ApiOperation } from '../../backend/src/api/openapi/document.ts';

/** An operation of the document with where it is. */
export interface DocumentedOperation {
  /** `GET` */
  readonly method: string;
  /** `/connections/{id}` */
  readonly path: string;
  readonly operation: ApiOperation;
}

export function operationsOf({ paths }: ApiDocument): readonly DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** Says what of real answers is not as the document has it. */
export class AnswerCheck {
  readonly #document: ApiDocument;
  readonly #schemas = new Map<string, z.ZodType>();

  constructor(document: ApiDocument) {
    this.#document = document;
  }

  /** Null when the answer is as it should be. */
  trouble({ method, path, operation }: DocumentedOperation, status: number, body: unknown): string | null {
    const schema = this.#schemaOf(`${method} ${path}`, operation, status);
    if (schema === null) return `${method} ${path} answers ${status}, of which the document knows nothing.`;
    const { error } = schema.safeParse(body);
    return error ? `${method} ${path} answers ${status}: ${z.prettifyError(error)}` : null;
  }

  #schemaOf(name: string, { responses }: ApiOperation, status: number): z.ZodType | null {
    const key = `${name} ${status}`;
    const known = this.#schemas.get(key);
    if (known) return known;
    const answer = this.#resolved(responses[status] ?? (status >= 400 ? responses.default : undefined));
    if (!answer) return null;
    const [media] = Object.values(answer.content ?? {});
    const made = media ? this.#read(media.schema) : z.unknown();
    this.#schemas.set(key, made);
    return made;
  }

  #resolved(answer: object | undefined): Response | undefined {
    if (!answer || !('$ref' in answer)) return answer as Response | undefined;
    return this.#document.components.responses?.[String(answer.$ref).split('/').at(-1) ?? ''] as Response | undefined;
  }

  #read(schema: object): z.ZodType {
    const whole = { ...schema, $defs: this.#document.components.schemas };
    return z.fromJSONSchema(JSON.parse(JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/')));
  }
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
