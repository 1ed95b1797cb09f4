import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type AwsKey, fitsSignature } from './aws-signature.ts';

/**
 * A bucket of an S3-compatible storage, addressed by path, as far as storing and listing objects needs it:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/. Signatures are verified.
 */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** Key to content. */
  readonly objects: Map<string, Buffer>;
}

const PAGE = 2;

export async function startS3(bucket: string, key: AwsKey): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const server = createServer((req, res) => {
    void answer(req, res).catch((err) => res.destroy(err));
  });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', `http://${req.headers.host}`);
    const { method = '', headers } = req;
    const body = await buffer(req);
    const [, named = '', ...rest] = url.pathname.split('/');
    const name = rest.map(decodeURIComponent).join('/');
    if (!fitsSignature({ method, url, headers, body }, key)) return refuse(res, 403, 'SignatureDoesNotMatch');
    if (named !== bucket) return refuse(res, 404, 'NoSuchBucket');
    if (method === 'GET' && name === '') return list(res, url.searchParams);
    if (method === 'PUT') {
      objects.set(name, body);
      return void res.writeHead(200, { etag: '"1"' }).end();
    }
    if (method === 'DELETE') {
      objects.delete(name);
      return void res.writeHead(204).end();
    }
    const found = objects.get(name);
    if (method !== 'GET' || !found) return refuse(res, 404, 'NoSuchKey');
    res.writeHead(200, { 'content-length': found.length }).end(found);
  }

  function list(res: ServerResponse, query: URLSearchParams): void {
    const prefix = query.get('prefix') ?? '';
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const more = from + PAGE < names.length;
    const contents = names
      .slice(from, from + PAGE)
      .map((name) => `<Contents><Key>${name}</Key><Size>${objects.get(name)?.length}</Size></Contents>`);
    const next = more ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
    res
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(res: ServerResponse, status: number, code: string): void {
  res
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
