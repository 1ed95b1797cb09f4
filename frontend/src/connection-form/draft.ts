import type {
  ConnectionView,
  EmergencyPolicy,
  KeyKind,
  PartView,
  PluginDeclaration,
  PluginView,
} from '../api/types.ts';
import { hostIn } from '../dns/host.ts';

export interface PartDraft {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credential: string | null;
  /** Of a shared account, in place of everything else. */
  readonly account: number | null;
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
  /** Under which name the typed secrets of the appliance are to be shared; empty: not at all. */
  readonly shareAs: string;
  readonly issuer: PartDraft;
  /** Unchosen: there is none. */
  readonly secondIssuer: PartDraft;
  /** PEM, as it is typed. */
  readonly secondChain: string;
  readonly dns: PartDraft;
  readonly dnsRules: readonly RuleDraft[];
  readonly challenge: 'dns-01' | 'http-01';
  readonly http: PartDraft;
  readonly policy: PolicyDraft;
}

export interface PolicyDraft {
  /** Null: by the part of the lifetime that is left. */
  readonly daysBefore: number | null;
  readonly activation: 'automatic' | 'ask';
  readonly renewalCalendar: number | null;
  readonly restartCalendar: number | null;
  readonly emergency: EmergencyPolicy | null;
  /** Null: what the host takes first. */
  readonly keyKind: KeyKind | null;
  readonly reuseKey: boolean;
  readonly fallback: boolean;
}

export function emptyDraft(): Draft {
  return {
    name: '',
    slot: 'tomcat',
    names: '',
    appliance: part(''),
    shareAs: '',
    issuer: part(''),
    secondIssuer: part(''),
    secondChain: '',
    dns: part(''),
    dnsRules: [],
    challenge: 'dns-01',
    http: part(''),
    policy: {
      daysBefore: null,
      activation: 'ask',
      renewalCalendar: null,
      restartCalendar: null,
      emergency: null,
      keyKind: null,
      reuseKey: false,
      fallback: false,
    },
  };
}

export function draftOf(connection: ConnectionView): Draft {
  const { name, slot, dnsNames, appliance, issuer, secondIssuer, secondChain, dns, dnsRules } = connection;
  const { challenge, http } = connection;
  const { daysBefore, activation, renewalCalendar, restartCalendar, emergency, keyKind, reuseKey, fallback } =
    connection.policy;
  return {
    name,
    slot,
    names: dnsNames.join('\n'),
    appliance: own(appliance),
    shareAs: '',
    issuer: partOf(issuer),
    secondIssuer: secondIssuer === null ? part('') : partOf(secondIssuer),
    secondChain: secondChain ?? '',
    dns: partOf(dns),
    dnsRules: dnsRules.map(({ suffix, use }) => ({ key: suffix, suffix, use: partOf(use) })),
    challenge,
    http: own(http),
    policy: { daysBefore, activation, renewalCalendar, restartCalendar, emergency, keyKind, reuseKey, fallback },
  };
}

export function part(plugin: string, settings: PartDraft['settings'] = {}): PartDraft {
  return { plugin, settings, credential: null, account: null };
}

export function shared(account: number): PartDraft {
  return { ...part(''), account };
}

/** Nothing is chosen yet. */
export function isUnchosen({ plugin, account }: PartDraft): boolean {
  return plugin === '' && account === null;
}

function partOf(view: PartView): PartDraft {
  return view.account === null ? own(view) : shared(view.account.id);
}

function own({ plugin, settings, credential }: PluginView): PartDraft {
  return { plugin, settings, credential, account: null };
}

/** What the daemon takes. It validates; nothing is left out here because it looks wrong. */
export function toInput(draft: Draft): object {
  const { names, policy, dnsRules, appliance, issuer, secondIssuer, secondChain, dns, name, slot } = draft;
  const { challenge, http } = draft;
  const isHttp = challenge === 'http-01';
  return {
    name,
    slot,
    dnsNames: namesIn(names),
    ...chosen('appliance', appliance),
    ...chosen('issuer', issuer),
    challenge,
    // What belongs to the other way was perhaps typed before it was left.
    ...(isHttp ? chosen('http', http) : chosen('dns', dns)),
    dnsRules: (isHttp ? [] : dnsRules).map(({ suffix, use }) => ({ suffix, ...chosen('use', use) })),
    ...(isUnchosen(secondIssuer) ? {} : { ...chosen('secondIssuer', secondIssuer), secondChain }),
    policy,
  };
}

/** Names in whatever was pasted: names, URLs or `host:port`, with spaces, commas or lines between. */
export function namesIn(text: string): readonly string[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((word) => (/[:/]/.test(word) ? hostIn(word) : word));
}

function chosen(field: string, given: PartDraft): object {
  return isUnchosen(given) ? {} : { [field]: partInput(given) };
}

/** The own credential of a connection is kept by the daemon; one that people named is sent again. */
export function partInput({ plugin, settings, credential, account }: PartDraft): object {
  if (account !== null) return { account };
  const named = isNamed(credential) ? { credential } : {};
  return { plugin, settings: given(settings), ...named };
}

/** Names of entries that belong to one connection or account have a colon. */
export function isNamed(credential: string | null): credential is string {
  return credential !== null && !credential.includes(':');
}

/** What a person would be told to fill in, before anybody is asked. Empty: all that is needed is there. */
export function missingIn(
  { appliance, slot, names, issuer, ...proof }: Draft,
  plugins: readonly PluginDeclaration[],
  secretsSet: readonly string[],
): readonly string[] {
  return [
    ...missingOfAppliance(appliance, plugins, secretsSet),
    ...(slot.trim() === '' ? ['the slot'] : []),
    ...(namesIn(names).length === 0 ? ['names for the certificate'] : []),
    ...(isUnchosen(issuer) ? ['a certificate authority'] : []),
    ...missingOfProof(proof),
  ];
}

function missingOfProof({ challenge, http, dns, dnsRules }: Pick<Draft, 'challenge' | 'http' | 'dns' | 'dnsRules'>) {
  if (challenge === 'http-01') return isUnchosen(http) ? ['who places the HTTP files'] : [];
  return [
    ...(isUnchosen(dns) ? ['a DNS account'] : []),
    ...(dnsRules.some(({ suffix, use }) => suffix === '' || isUnchosen(use))
      ? ['domain and account of a DNS rule']
      : []),
  ];
}

function missingOfAppliance(
  { plugin, settings }: PartDraft,
  plugins: readonly PluginDeclaration[],
  secretsSet: readonly string[],
): readonly string[] {
  const declared = plugins.find(({ id }) => id === plugin);
  if (!declared) return ['the appliance'];
  const { required = [], properties } = declared.settings;
  const filled = given(settings);
  const titles = required
    .filter((field) => filled[field] === undefined && !secretsSet.includes(field))
    .map((field) => (properties[field]?.title ?? field).toLowerCase());
  return titles.length === 0 ? [] : [`${titles.join(', ')} of the appliance`];
}

/** An empty field is one that was not filled in. */
export function given(settings: PartDraft['settings']): PartDraft['settings'] {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value)),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => item === undefined || item === '');
}
