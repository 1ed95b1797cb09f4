import type { z } from 'zod';
import type { NoticeMessage } from '../domain/notice.ts';
import type { Plugin } from '../plugins/plugin.ts';

/**
 * Tells people over one service. The words are made elsewhere (messages.ts); a notifier puts them into the service's form and escapes
 * what has a meaning there.
 *
 * Both methods throw AppError NOTIFIER_DENIED (the token, or the recipient), NOTIFIER_REFUSED (the message), NOTIFIER_RATE_LIMITED
 * (with `retryAfterMs`), NOTIFIER_NOT_TRUSTED or NOTIFIER_UNREACHABLE with the service's own words as evidence, and the signal's
 * reason when aborted. No secret is in a failure. Every implementation passes test/contracts/notifier.ts.
 */
export interface Notifier {
  /**
   * Hands `message` to the service, and returns what the service said, in one line. That it took the message is all that a service
   * says: whether a person has read it, nobody knows. A message is sent again when the daemon was killed before it could note the
   * answer; `message.id` is then the same.
   */
  send(message: NoticeMessage, signal: AbortSignal): Promise<string>;

  /** Asks, without sending anything, whether the service would take a message. Absent where a service cannot be asked. */
  check?(signal: AbortSignal): Promise<string>;
}

/** `create` throws AppError INVALID_SETTINGS for settings that contradict each other. */
export type NotifierPlugin<S extends z.ZodObject = z.ZodObject> = Plugin<S, Notifier>;
