import type { z } from 'zod';
import type { Plugin, PluginDeps } from '../plugins/plugin.ts';
import type { TokenBoard } from './token-board.ts';

/**
 * Places and removes the texts that prove names over HTTP (RFC 8555, section 8.3).
 *
 * Every implementation passes test/contracts/http-solver.ts, which checks the promises written here.
 */
export interface HttpSolver {
  /** Proves that tokens can be placed, and says where. Changes nothing. @throws AppError HTTP_SOLVER_FAILED */
  check(signal: AbortSignal): Promise<string>;

  /**
   * Has `http://<dnsName>/.well-known/acme-challenge/<token>` answer with the text, beside whatever else is there.
   * Placing what is placed already succeeds.
   *
   * @throws AppError HTTP_SOLVER_FAILED with the reason.
   */
  present(token: HttpToken, signal: AbortSignal): Promise<void>;

  /** Removes exactly this token, and only while it has this text. Succeeds when it is already gone. */
  cleanUp(token: HttpToken, signal: AbortSignal): Promise<void>;

  /** False: the way of the CA cannot be tried from here, as the connection says. */
  readonly checked: boolean;

  /** Set when `cleanUp` removes nothing: what becomes of the file, as DnsProvider says it of a record. */
  readonly afterwards?: string;

  /** Set when a person places the tokens: the renewal is held until they say it is done. */
  readonly manual?: true;

  /** Set when what was placed is gone after a restart of the daemon: it is placed again before it is needed. */
  readonly volatile?: true;
}

/** Plain JSON: it is stored before it is placed. */
export interface HttpToken {
  /** Lower case, without wildcard. */
  readonly dnsName: string;
  /** Of letters, digits, `-` and `_`. */
  readonly token: string;
  readonly text: string;
}

export interface HttpSolverDeps extends PluginDeps {
  readonly board: TokenBoard;
}

export type HttpSolverPlugin<S extends z.ZodObject = z.ZodObject> = Plugin<S, HttpSolver, HttpSolverDeps>;

export const CHALLENGE_FOLDER = '/.well-known/acme-challenge';

/** Where a CA asks for it. */
export function urlOf({ dnsName, token }: Pick<HttpToken, 'dnsName' | 'token'>): string {
  return `http://${dnsName}${CHALLENGE_FOLDER}/${token}`;
}
