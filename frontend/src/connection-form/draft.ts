import type { ConnectionView, EmergencyPolicy, Plugins, PluginView } from '../api/types.ts';

export interface PartDraft {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credential: string | null;
}

export interface RuleDraft {
  /** Keeps its fields together while rules come and go. */
  readonly key: string;
  readonly suffix: string;
  readonly use: PartDraft;
}

/** A connection while it is typed. */
export interface Draft {
  readonly name: string;
  readonly slot: string;
  /** One name on each line, or with commas between. */
  readonly names: string;
  readonly appliance: PartDraft;
  readonly issuer: PartDraft;
  readonly dns: PartDraft;
  readonly dnsRules: readonly RuleDraft[];
  readonly policy: PolicyDraft;
}

export interface PolicyDraft {
  readonly daysBefore: number;
  readonly activation: 'automatic' | 'ask';
  readonly renewalCalendar: number | null;
  readonly restartCalendar: number | null;
  readonly emergency: EmergencyPolicy | null;
}

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

export function emptyDraft(plugins: Plugins): Draft {
  return {
    name: '',
    slot: 'tomcat',
    names: '',
    appliance: part(plugins.appliance[0]?.id ?? ''),
    issuer: { ...part(plugins.issuer[0]?.id ?? ''), settings: { directory: LETS_ENCRYPT } },
    dns: part(''),
    dnsRules: [],
    policy: { daysBefore: 30, activation: 'ask', renewalCalendar: null, restartCalendar: null, emergency: null },
  };
}

export function draftOf({ name, slot, dnsNames, appliance, issuer, dns, dnsRules, policy }: ConnectionView): Draft {
  const { daysBefore, activation, renewalCalendar, restartCalendar, emergency } = policy;
  return {
    name,
    slot,
    names: dnsNames.join('\n'),
    appliance: partOf(appliance),
    issuer: partOf(issuer),
    dns: partOf(dns),
    dnsRules: dnsRules.map(({ suffix, use }) => ({ key: suffix, suffix, use: partOf(use) })),
    policy: { daysBefore, activation, renewalCalendar, restartCalendar, emergency },
  };
}

export function part(plugin: string): PartDraft {
  return { plugin, settings: {}, credential: null };
}

function partOf({ plugin, settings, credential }: PluginView): PartDraft {
  return { plugin, settings, credential };
}

/** What the daemon takes. It validates; nothing is left out here because it looks wrong. */
export function toInput({ names, policy, dnsRules, appliance, issuer, dns, ...rest }: Draft): object {
  return {
    ...rest,
    dnsNames: namesIn(names),
    appliance: partInput(appliance),
    issuer: partInput(issuer),
    dns: partInput(dns),
    dnsRules: dnsRules.map(({ suffix, use }) => ({ suffix, use: partInput(use) })),
    policy,
  };
}

export function namesIn(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** The own credential of a connection is kept by the daemon; one that people named is sent again. */
function partInput({ plugin, settings, credential }: PartDraft): object {
  const shared = credential !== null && !credential.includes(':') ? { credential } : {};
  return { plugin, settings: given(settings), ...shared };
}

/** An empty field is one that was not filled in. */
function given(settings: PartDraft['settings']): PartDraft['settings'] {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value)),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => item === undefined || item === '');
}
