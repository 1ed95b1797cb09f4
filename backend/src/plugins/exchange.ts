import { z } from 'zod';

/** One question to an appliance and what came back, without secrets. Names of the site are still in it: see stand-ins.ts. */
export const Exchange = z.object({
  /** ISO 8601 */
  at: z.string(),
  over: z.enum(['http', 'ssh']),
  /** Host and port. */
  peer: z.string(),
  /** `POST https://…`, or a command line. */
  request: z.string(),
  /** Lower-case names, and only those that tell nothing of a login or a session. */
  headers: z.record(z.string(), z.string()).default({}),
  sent: z.string().nullable().default(null),
  /** Null over SSH, and when no answer came. */
  status: z.number().nullable().default(null),
  answerHeaders: z.record(z.string(), z.string()).default({}),
  answer: z.string().nullable().default(null),
  /** Why no complete answer came. */
  failure: z.string().nullable().default(null),
  tookMs: z.number(),
  /** The unconfirmed facts that this exchange tells something about. */
  confirms: z.array(z.string()).default([]),
});
export type Exchange = z.output<typeof Exchange>;

/**
 * Something that no public source confirms about an interface. Declared by a plugin, so that users know what it rests on;
 * exchanges that tell something about it are recorded (recorder.ts).
 */
export interface UnconfirmedFact {
  /** Stands in recordings; never renamed. */
  readonly id: string;
  /** What is taken to be so. */
  readonly assumed: string;
  /** What happens when it is so, and what when it is not. */
  readonly coped: string;
}
