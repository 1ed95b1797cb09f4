import type { RequestHandler } from 'express';
import { answerChallenges, isChallenge } from '../http01/answer.ts';
import type { TokenBoard } from '../http01/token-board.ts';

/** The questions of CAs, which log in nowhere. Only tokens of running renewals have an answer. */
export function challengeHandler(board: TokenBoard): RequestHandler {
  const answer = answerChallenges(board);
  return (req, res, next) => {
    if (isChallenge(req)) answer(req, res);
    else next();
  };
}
