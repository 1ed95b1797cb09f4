import { CLASS, OPCODE, RCODE, RcodeError, TYPE } from './codes.ts';
import type { Answerer } from './listener.ts';
import { encodeReply, type Reply, refused, udpLimit } from './reply.ts';
import { checkTsig, signatureLength, signReply, TSIG_ERROR, type TsigCheck, type TsigKey } from './tsig.ts';
import { formatError, HEADER_LENGTH, type Message, type Question, readHeader, readMessage } from './wire.ts';

/** What one name server does with the two kinds of request that it knows. */
export interface ServerRole {
  query(question: Question, request: Message): Reply;
  update(request: Message, isSigned: boolean): Promise<Reply>;
}

const TCP_LIMIT = 65_535;

/** `now`: milliseconds since 1970, by which signatures are judged. From bytes to bytes: reads, checks the signature, lets the role answer, cuts to size, signs. */
export function createAnswerer(role: ServerRole, key: TsigKey, now: () => number = Date.now): Answerer {
  const nowSeconds = () => Math.floor(now() / 1000);
  return async (bytes, transport) => {
    if (bytes.length < HEADER_LENGTH || readHeader(bytes).isResponse) return null;
    const { request, tsig, reply } = await work(bytes, role, key, nowSeconds());
    const limit = transport === 'tcp' ? TCP_LIMIT : udpLimit(request);
    const encoded = encodeReply(request, reply, limit - signatureLength(tsig));
    return tsig === null ? encoded : signReply(encoded, tsig, key, nowSeconds());
  };
}

interface Work {
  readonly request: Message;
  readonly tsig: TsigCheck | null;
  readonly reply: Reply;
}

async function work(bytes: Buffer, role: ServerRole, key: TsigKey, nowSeconds: number): Promise<Work> {
  let request = readHeader(bytes);
  let tsig: TsigCheck | null = null;
  try {
    request = readMessage(bytes);
    tsig = checkTsig(request, key, nowSeconds);
    return { request, tsig, reply: await replyTo(request, tsig, role) };
  } catch (error) {
    const rcode = error instanceof RcodeError ? error.rcode : RCODE.SERVFAIL;
    return { request, tsig, reply: { rcode } };
  }
}

async function replyTo(request: Message, tsig: TsigCheck | null, role: ServerRole): Promise<Reply> {
  if (tsig !== null && tsig.error !== TSIG_ERROR.NONE) return { rcode: RCODE.NOTAUTH };
  if (request.edns !== null && request.edns.version > 0) return { rcode: RCODE.BADVERS };
  switch (request.opcode) {
    case OPCODE.QUERY:
      return replyToQuery(request, role);
    case OPCODE.UPDATE:
      return role.update(request, tsig !== null);
    default:
      return { rcode: RCODE.NOTIMP };
  }
}

function replyToQuery(request: Message, role: ServerRole): Reply {
  const [question, second] = request.questions;
  if (question === undefined || second !== undefined) throw formatError('A query asks one question');
  const isTransfer = question.type === TYPE.AXFR || question.type === TYPE.IXFR;
  if (question.class !== CLASS.IN || isTransfer) return refused();
  return role.query(question, request);
}
