import type { Request } from 'express';
import { Refusal } from './answers.ts';

const LARGEST = 256 * 1024;

/** The files of a multipart body (RFC 7578), by field name. @throws Refusal 400 for other fields than `names` */
export async function filesIn(request: Request, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Refusal(413, 'Payload too large');
    chunks.push(chunk);
  }
  const type = request.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) throw new Refusal(415, 'multipart/form-data is expected');
  const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData();
  const files: Record<string, string> = {};
  for (const [name, value] of form) {
    if (!names.includes(name) || typeof value === 'string') throw new Refusal(400, `Unexpected field ${name}`);
    files[name] = await value.text();
  }
  return files;
}
