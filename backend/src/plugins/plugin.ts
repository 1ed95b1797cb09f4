import type { z } from 'zod';
import type { UnconfirmedFact } from './exchange.ts';
import type { FileHosts } from './file-host.ts';
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

  /** Choices that people know by name, in the order of the picker; each gives some of the settings. */
  readonly presets?: readonly Preset[];

  /** What people call the other end of these settings. Asks nobody. Left out: the plugin's title. */
  describe?(settings: Readonly<Record<string, unknown>>): Described;

  /**
   * Whether these settings, as they were given, make the daemon act with what its own host has: write files, run programs,
   * open sockets, or log in as the host. People who see only some connections may not choose that. Left out: never.
   */
  usesOwnHost?(settings: Readonly<Record<string, unknown>>): boolean;

  /** Known limits of a plugin that otherwise works; each links to its evidence. */
  readonly caveats?: readonly Caveat[];
  /** What it takes to be so without a public source; part of its page under docs/. */
  readonly unconfirmed?: readonly UnconfirmedFact[];

  /**
   * What fields that are right alone get wrong together. Pure.
   *
   * @throws AppError INVALID_SETTINGS
   */
  verify?(settings: z.output<Settings>): void;

  /** Builds an instance. No I/O here: a bad password must surface in `check`, not in a constructor. */
  create(settings: z.output<Settings>, deps: Deps): Instance;
}

export interface Preset {
  /** For scripts: `letsencrypt-staging`. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The fields that a person fills in; the others are folded away. */
  readonly ask: readonly string[];
  /** Where the CA says how to get what binds an ACME account to a customer account, when it wants that. */
  readonly externalAccount?: string;
  /** For practice: nobody trusts what comes from there. */
  readonly practice?: true;
  /** Public page that the settings are from. */
  readonly source: string;
}

export interface Described {
  readonly title: string;
  /** For practice: nobody trusts what comes from there. It is marked wherever it is named. */
  readonly practice: boolean;
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
  /** Files and programs of this host and of others. Absent where none may be touched. */
  readonly fileHosts?: FileHosts;
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
