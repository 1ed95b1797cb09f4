import { z } from 'zod';
import type { AccountDescription } from '../../accounts.ts';
import type { DiscoveredNode } from '../../appliances/driver.ts';
import type { ConnectionRequest, PartInput } from '../../connections.ts';
import type { CsrFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { RenewalPolicy } from '../../store/store.ts';
import {
  type CertificateView,
  chainText,
  newConnection,
  type PluginView,
  pluginInput,
  policyInput,
} from '../contract.ts';

/** Requests and answers about shared issuers and DNS accounts, and about what uses them. */

const accountFields = {
  preset: z.string().min(1).optional(),
  plugin: z.string().min(1).optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
  credential: z.string().nullish(),
};

const accountName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^/\p{Cc}]+$/u, 'no "/" and no control characters');

export const newAccount = z.strictObject({
  name: accountName,
  ...accountFields,
}) satisfies z.ZodType<AccountDescription>;

/** `version` is the one that was read. Without it a name that nobody has yet is created. */
export const changedAccount = z.strictObject({
  name: accountName.optional(),
  ...accountFields,
  version: z.int().optional(),
});

/** `account`: secrets that are not given are those that are stored for it. */
export const accountTestRequest = z.strictObject({
  ...accountFields,
  account: z.union([z.int().positive(), z.string().min(1)]).optional(),
});

/** Settings of its own, or an account by id or name. */
export const part = z
  .strictObject({
    account: z.union([z.int().positive(), z.string().trim().min(1)]).optional(),
    plugin: z.string().min(1).optional(),
    settings: z.record(z.string(), z.unknown()).optional(),
    credential: z.string().nullish(),
  })
  .transform(({ account, plugin, settings, credential }, context): PartInput => {
    if (account !== undefined && plugin === undefined) return { account };
    if (account === undefined && plugin !== undefined) return { plugin, settings: settings ?? {}, credential };
    context.addIssue({ code: 'custom', message: 'either an account or a plugin with its settings' });
    return z.NEVER;
  });

const rules = z.array(z.strictObject({ suffix: z.string(), use: part })).default([]);

const complete = z.strictObject({
  ...newConnection.shape,
  issuer: part,
  secondIssuer: part.nullish(),
  /** Needed for dns-01 alone. */
  dns: part.nullish(),
  dnsRules: rules,
  draft: z.literal(false).optional(),
});

const draft = z.strictObject({
  name: z.string().max(200).optional(),
  appliance: pluginInput.nullish(),
  slot: z.string().optional(),
  dnsNames: z.array(z.string()).optional(),
  issuer: part.nullish(),
  secondIssuer: part.nullish(),
  secondChain: chainText,
  dns: part.nullish(),
  dnsRules: rules,
  challenge: z.enum(['dns-01', 'http-01']).default('dns-01'),
  http: pluginInput.nullish(),
  policy: policyInput.optional().transform((policy) => policy as Partial<RenewalPolicy> | undefined),
  draft: z.literal(true),
});

const version = { version: z.int() };

/** A connection to store. With `draft` it may lack anything. */
export const connectionRequest = z.discriminatedUnion('draft', [
  draft,
  complete,
]) satisfies z.ZodType<ConnectionRequest>;

export const changedConnectionRequest = z.discriminatedUnion('draft', [
  draft.extend(version),
  complete.extend(version),
]);

/** `connectionId`: secrets that are not given are those of this connection. */
export const trialRequest = draft.omit({ draft: true }).extend({ connectionId: z.int().positive().optional() });

/** What an appliance is asked before there is a connection. */
export const applianceQuestion = z.strictObject({
  appliance: pluginInput,
  slot: z.string().trim().min(1),
  connectionId: z.int().positive().optional(),
});

/** Whose settings a part of a connection has, and what people call the other end. */
export interface PartView extends PluginView {
  /** Null: settings of its own. */
  readonly account: { readonly id: number; readonly name: string } | null;
  /** `Let’s Encrypt staging` */
  readonly title: string;
  /** For practice: nobody trusts what comes from there. */
  readonly practice: boolean;
}

export interface AccountView extends PluginView {
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly title: string;
  readonly practice: boolean;
  /** `some`: the first of them by name. */
  readonly usedBy: {
    readonly count: number;
    readonly some: readonly { readonly id: number; readonly name: string }[];
  };
}

export interface AccountTestView {
  /** `block`: nothing can be renewed with it. */
  readonly outcome: 'ok' | 'warn' | 'block';
  readonly findings: readonly Finding[];
  /** What a DNS account can write, as far as the service tells; null for an issuer. */
  readonly zones: readonly string[] | null;
}

export interface LabView {
  /** True: there is a simulated appliance to practise with. */
  readonly available: boolean;
}

export interface ApplianceAnswerView {
  readonly product: string;
  readonly version: string | null;
  readonly nodeName: string;
  readonly slots: readonly string[];
  readonly installed: CertificateView | null;
  /** The request that waits in the slot. */
  readonly pending: Omit<CsrFacts, 'pem'> | null;
  /** Of its cluster, itself among them; null where there is none, or where it does not say. */
  readonly nodes: readonly DiscoveredNode[] | null;
}
