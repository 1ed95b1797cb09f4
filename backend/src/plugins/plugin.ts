import type { z } from 'zod';
import type { UnconfirmedFact } from './exchange.ts';
import type { HttpFactory } from './http.ts';
import type { OwnTls } from './own-tls.ts';
import type { SshDialer } from './ssh.ts';

/**
 * One object that declares, describes, validates and builds a plugin.
 * The UI form, the API validation and the page under docs/ are all derived from it,
 * so adding a plugin touches its own folder and one line of the family's index.ts.
 */
export interface Plugin<Settings extends z.ZodObject, Instance, Deps = PluginDeps> {
  /** Stored with connections and equal to the folder name. Never renamed. */
  readonly id: string;
  readonly title: string;
  /** One sentence, shown in the picker. */
  readonly summary: string;
  /** First product version that has it. */
  readonly since: string;
  readonly links: { readonly product: string; readonly api: string };

  /** Field order is form order. Build fields with plugins/fields.ts, which attaches `FieldMeta`. */
  readonly settings: Settings;

  /** Known limits of a plugin that otherwise works; each links to its evidence. */
  readonly caveats?: readonly Caveat[];
  /** What it takes to be so without a public source; part of its page under docs/. */
  readonly unconfirmed?: readonly UnconfirmedFact[];

  /** Builds an instance. No I/O here: a bad password must surface in `check`, not in a constructor. */
  create(settings: z.output<Settings>, deps: Deps): Instance;
}

export interface Caveat {
  readonly text: string;
  readonly link: string;
}

/** Everything a plugin may touch of the outside world. Tests and the lab pass their own. */
export interface PluginDeps {
  readonly http: HttpFactory;
  readonly ssh: SshDialer;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent where the daemon serves no HTTPS. */
  readonly ownTls?: OwnTls;
}

export interface Clock {
  now(): Date;
  /** Rejects with the signal's reason when aborted. `instant` may be months away: setTimeout overflows after 24.8 days. */
  sleepUntil(instant: Date, signal: AbortSignal): Promise<void>;
}

/** Messages are constant text, details go into `fields`. `Secret` values print as `***`. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
