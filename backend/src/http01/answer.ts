import type { IncomingMessage, RequestListener } from 'node:http';
import { CHALLENGE_FOLDER } from './solver.ts';
import type { TokenBoard } from './token-board.ts';

/** True for what a CA may ask for, whether there is a token or not. */
export function isChallenge({ url = '' }: Pick<IncomingMessage, 'url'>): boolean {
  return url.startsWith(`${CHALLENGE_FOLDER}/`);
}

/** Answers with the texts on the board, and tells everybody else nothing: 404, whatever they ask for. */
export function answerChallenges(board: TokenBoard): RequestListener {
  return ({ method, url = '' }, res) => {
    const path = url.split('?', 1)[0] ?? '';
    const token = path.startsWith(`${CHALLENGE_FOLDER}/`) ? path.slice(CHALLENGE_FOLDER.length + 1) : '';
    const text = method === 'GET' || method === 'HEAD' ? board.textOf(token) : null;
    const body = text ?? 'not found\n';
    const headers = {
      // RFC 8555, section 8.3 wants no other than this of a server that says what it sends.
      'content-type': text === null ? 'text/plain' : 'application/octet-stream',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    res.writeHead(text === null ? 404 : 200, headers).end(method === 'HEAD' ? undefined : body);
  };
}
