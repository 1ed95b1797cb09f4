import type { PluginDeclaration, Plugins } from '../api/types.ts';
import type { Draft, PartDraft } from './draft.ts';

/** That of this tab: gone when it is closed. */
export interface DraftStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Stored {
  /** Of the connection that is edited; null for a new one. One that was changed since is not overwritten with what was typed before. */
  readonly version: number | null;
  readonly draft: Draft;
}

const PREFIX = 'certferry-draft';

/** @param id of the connection; null for a new one */
export function draftKey(actor: string, id: number | null): string {
  return `${PREFIX} ${id ?? 'new'} ${actor}`;
}

export function storeDraft(storage: DraftStorage, key: string, stored: Stored): void {
  storage.setItem(key, JSON.stringify(stored));
}

/** Null when nothing was typed, or over another version of the connection. */
export function storedDraft(storage: DraftStorage, key: string, version: number | null): Draft | null {
  const text = storage.getItem(key);
  if (text === null) return null;
  // Written by `storeDraft` of the same page.
  const stored = JSON.parse(text) as Stored;
  return stored.version === version ? stored.draft : null;
}

/** What somebody has typed is nothing for whoever logs in next. @param actor null: nobody's is kept */
export function forgetDraftsOfOthers(storage: DraftStorage, actor: string | null): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  const isForeign = (key: string) => key.startsWith(PREFIX) && (actor === null || !key.endsWith(` ${actor}`));
  for (const key of keys.filter(isForeign)) storage.removeItem(key);
}

/** The same without passwords, keys and tokens, and without all settings of a plugin that nobody knows. */
export function withoutSecrets(draft: Draft, plugins: Plugins): Draft {
  const open = (family: keyof Plugins, part: PartDraft) => openPart(part, plugins[family]);
  return {
    ...draft,
    appliance: open('appliance', draft.appliance),
    issuer: open('issuer', draft.issuer),
    secondIssuer: open('issuer', draft.secondIssuer),
    dns: open('dns', draft.dns),
    dnsRules: draft.dnsRules.map((rule) => ({ ...rule, use: open('dns', rule.use) })),
    http: open('http', draft.http),
  };
}

function openPart(part: PartDraft, plugins: readonly PluginDeclaration[]): PartDraft {
  const properties = plugins.find(({ id }) => id === part.plugin)?.settings.properties ?? {};
  const isOpen = ([name]: readonly [string, unknown]) => properties[name] !== undefined && !properties[name].secret;
  return { ...part, settings: Object.fromEntries(Object.entries(part.settings).filter(isOpen)) };
}
