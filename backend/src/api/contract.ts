import { z } from 'zod';
import type { ConnectionInput } from '../connections.ts';
import type { DnsCheck } from '../dns/check.ts';
import type { CertificateFacts } from '../domain/certificate.ts';
import type { Finding } from '../domain/finding.ts';
import { KEY_KINDS } from '../domain/key-kind.ts';
import { WHICH_ISSUER } from '../domain/which-issuer.ts';
import type { TlsEndpoint } from '../plugins/tls.ts';
import { trustFields } from '../plugins/trust.ts';
import type { RenewalOutcome, StoredEvent } from '../store/events.ts';
import type { Standing, Unreachable } from '../store/overview.ts';
import { type Missing, RENEWAL_FILTERS, type RenewalPolicy } from '../store/store.ts';
import type { PartView } from './contract/accounts.ts';

/** Every request and answer of /api/v1. Unknown fields are refused, so that a misspelt one is not silently ignored. */

export const pluginInput = z.strictObject({
  plugin: z.string().min(1),
  settings: z.record(z.string(), z.unknown()).default({}),
  credential: z.string().nullish(),
});

const propagation = z.strictObject({
  mode: z.enum(['authoritative', 'resolvers', 'both', 'wait-only']),
  checkResolvers: z.array(z.string().min(1)).default([]),
  waitSeconds: z.int().min(0).max(86_400).default(60),
});

export const policyInput = z.strictObject({
  automatic: z.boolean().optional(),
  daysBefore: z.int().min(1).max(365).nullish(),
  activation: z.enum(['automatic', 'ask']).optional(),
  propagation: propagation.nullish(),
  propagationPatienceSeconds: z.int().min(1).max(86_400).nullish(),
  verifyPatienceSeconds: z.int().min(1).max(86_400).nullish(),
  renewalCalendar: z.int().min(1).nullish(),
  restartCalendar: z.int().min(1).nullish(),
  emergency: z.strictObject({ daysLeft: z.number().positive().max(365), mode: z.enum(['ask', 'automatic']) }).nullish(),
  keyKind: z.enum(KEY_KINDS).nullish(),
  reuseKey: z.boolean().optional(),
  fallback: z.boolean().optional(),
});

/** CA certificates (PEM) of the second CA. */
export const chainText = z.string().max(200_000).nullish();

const connectionFields = {
  name: z.string().trim().min(1).max(200),
  appliance: pluginInput,
  slot: z.string().min(1),
  dnsNames: z.array(z.string()).min(1),
  issuer: pluginInput,
  secondIssuer: pluginInput.nullish(),
  secondChain: chainText,
  dns: pluginInput,
  dnsRules: z.array(z.strictObject({ suffix: z.string().min(1), use: pluginInput })).default([]),
  challenge: z.enum(['dns-01', 'http-01']).default('dns-01'),
  http: pluginInput.nullish(),
  policy: policyInput.optional().transform((policy) => policy && (withoutUndefined(policy) as Partial<RenewalPolicy>)),
};

export const newConnection = z.strictObject(connectionFields) satisfies z.ZodType<ConnectionInput>;

export const preflightRequest = z.strictObject({ writeTestRecord: z.boolean().default(false) }).prefault({});

/**
 * `goal`: `serve` to the end; `issue` keeps the certificate in accounts/; `validate` proves at the CA's test directory that
 * issuing works; `fallback` has the second CA issue one that is kept ready. `activation` stands in for the connection's policy.
 * `issuer`: which CA of the connection is asked. `useFallback`: the certificate that is kept ready is put to use in place of a new one.
 */
export const newRenewal = z
  .strictObject({
    goal: z.enum(['serve', 'issue', 'validate', 'fallback']).default('serve'),
    activation: z.enum(['automatic', 'ask']).nullable().default(null),
    issuer: z.enum(WHICH_ISSUER).default('first'),
    useFallback: z.boolean().default(false),
  })
  .refine(({ goal, useFallback }) => !useFallback || goal === 'serve', 'useFallback goes with the goal "serve" alone')
  .prefault({});

/** `confirmation` is what a hold asks to be typed. */
export const resumeRequest = z.strictObject({ confirmation: z.string().nullable().default(null) }).prefault({});

export const credentialInput = z.strictObject({
  family: z.enum(['appliance', 'issuer', 'dns', 'http', 'notifier']),
  plugin: z.string().min(1),
  fields: z.record(z.string(), z.string()),
});

export const dnsCheckRequest = z.strictObject({
  name: z.string().trim().min(1).max(255),
  value: z
    .string()
    .min(1)
    .nullish()
    .transform((value) => value ?? null),
  /** As a renewal of this connection would look: its mode and its resolvers. */
  connectionId: z.int().min(1).optional(),
  /** To be asked as well: `host:port`, or the URL of DNS over HTTPS. */
  resolvers: z.array(z.string().min(1).max(500)).max(20).optional(),
});

/** The trust is that of the settings which the answer is for. */
export const acmeDnsRegistration = z.strictObject({ baseUrl: z.url({ protocol: /^https?$/ }), ...trustFields });

/** Names that people choose; a colon is kept for entries that belong to one connection. */
export const credentialName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/, 'letters, digits, spaces, ".", "_" and "-"');

export const id = z.coerce.number().int().positive();

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.string().optional(),
  connectionId: id.optional(),
});

export const renewalQuery = page.extend({ state: z.enum(RENEWAL_FILTERS).optional() });

export const lookRequest = z.strictObject({
  host: z.string().trim().min(1).max(255),
  apiPort: z.int().min(1).max(65_535).default(443),
  sshPort: z.int().min(1).max(65_535).default(22),
  serverName: z.string().trim().min(1).max(255).optional(),
});

export const streamQuery = z.object({
  after: z.coerce.number().int().min(0).optional(),
  renewalId: z.string().optional(),
});

/** A connection as it is shown: secrets are named, never sent. */
export interface ConnectionView {
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly slot: string;
  readonly dnsNames: readonly string[];
  readonly appliance: PluginView;
  readonly issuer: PartView;
  /** Asked when the first one is down. */
  readonly secondIssuer: PartView | null;
  /** CA certificates (PEM) that the second CA signs with; null: those that it was seen to sign with. */
  readonly secondChain: string | null;
  readonly dns: PartView;
  readonly dnsRules: readonly { readonly suffix: string; readonly use: PartView }[];
  readonly challenge: 'dns-01' | 'http-01';
  /** Who places the files of http-01; its `plugin` is empty where nothing is chosen. */
  readonly http: PluginView;
  readonly policy: RenewalPolicy;
  /** What it lacks: unless it is empty it cannot be renewed. */
  readonly incomplete: readonly Missing[];
  readonly createdAt: string;
  /** The user to whom it belongs; null: nobody in particular. */
  readonly ownerId: number | null;
  /** It serves nothing: what it is issued is kept, to be downloaded. */
  readonly kept: boolean;
  readonly standing: Standing;
  /** Who serves another certificate than after the last renewal, in words; null: nobody. */
  readonly deviation: string | null;
  /** Null when every endpoint answered the last look. */
  readonly unreachable: Unreachable | null;
  readonly lastRenewal: RenewalSummary | null;
  readonly lastSeen: LastSeen | null;
}

/** What was seen last, by a renewal or by the schedule: of the endpoints that answered, the certificate that ends first. */
export interface LastSeen {
  /** ISO 8601 */
  readonly notAfter: string;
  readonly at: string;
  readonly answered: number;
  readonly endpoints: number;
}

export interface PluginView {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credential: string | null;
  /** Secret fields that have a value. */
  readonly secretsSet: readonly string[];
}

export interface RenewalSummary {
  readonly id: string;
  readonly connectionId: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** `verified`, `installed-not-served`, `rolled-back`, `failed`, `cancelled`, `not-due`, `issued`, `validated`; null while it runs. */
  readonly outcome: string | null;
  /** `install.running`, `publish.held`, or a final state. */
  readonly state: string;
  /** What a person is asked, why it waits, or how it ended. */
  readonly note: string | null;
  /** ISO 8601; while it waits for an instant. */
  readonly resumeAt: string | null;
  /** It waits for an instant that the step named, as for a window, and not for another try. */
  readonly planned: boolean;
  /** Past the point of no return. */
  readonly committed: boolean;
  /** After its end: whether every endpoint serves what it served before; null when nobody could look. */
  readonly oldStillServed: boolean | null;
}

export interface RenewalView extends RenewalSummary {
  readonly connectionName: string;
  readonly connectionRemoved: boolean;
  /** Its CA is for practice: nobody trusts what it signs. */
  readonly practice: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly events: readonly StoredEvent[];
  /** What the CA returned, leaf first, with the root when it is known. Empty before. */
  readonly chain: readonly CertificateView[];
}

export interface PreflightView {
  /** `block` when a renewal cannot succeed. */
  readonly outcome: 'ok' | 'warn' | 'block';
  readonly findings: readonly Finding[];
}

export type DnsCheckView = DnsCheck;

/** A new account at an acme-dns server. The one answer with a secret in it: nobody can ask for it again. */
export interface AcmeDnsAccountView {
  /** For a connection's `dns`, as they are. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What a person has to do next. */
  readonly instructions: string;
}

/** Without the PEM text. */
export interface CertificateView extends Omit<CertificateFacts, 'pem'> {
  /** Its issuer is for practice: nobody trusts it. */
  readonly practice: boolean;
}

export interface ServedEndpointView {
  readonly endpoint: TlsEndpoint;
  /** ISO 8601 */
  readonly at: string;
  /** Why there was no handshake; null when there was one. */
  readonly detail: string | null;
  readonly certificate: CertificateView | null;
  /** What was sent with it, from its issuer upwards. */
  readonly chain: readonly CertificateView[];
}

export interface ServedView {
  /** SHA-256 of what should be served: what was last put on the appliance; null while that is nothing of certferry. */
  readonly wanted: string | null;
  readonly endpoints: readonly ServedEndpointView[];
}

export interface LookView {
  readonly tls: ServedEndpointView;
  readonly ssh: {
    readonly port: number;
    /** `SHA256:…` as OpenSSH prints it; null when no key was shown, `detail` says why. */
    readonly fingerprint: string | null;
    readonly detail: string | null;
  };
}

export interface WordsView {
  readonly version: string;
  /** In the order of the machine. */
  readonly steps: readonly { readonly name: string; readonly title: string }[];
  readonly outcomes: Readonly<Record<RenewalOutcome, string>>;
  readonly errors: Readonly<Record<string, { readonly title: string; readonly action: string }>>;
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
