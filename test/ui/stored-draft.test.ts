import { beforeEach, describe, expect, it } from 'vitest';
import type { Plugins } from '../../frontend/src/api/types.ts';
import { emptyDraft, part, shared } from '../../frontend/src/connection-form/draft.ts';
import {
  type DraftStorage,
  draftKey,
  forgetDraftsOfOthers,
  storeDraft,
  storedDraft,
  withoutSecrets,
} from '../../frontend/src/connection-form/stored-draft.ts';

const typed = { ...emptyDraft(), names: 'cucm-pub.example.com' };

/** What a tab keeps, without a tab. */
class MemoryStorage implements DraftStorage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
}

describe('a stored draft', () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = new MemoryStorage();
  });

  it('is that of one user and one connection', () => {
    storeDraft(storage, draftKey('anna', null), { version: null, draft: typed });

    expect(storedDraft(storage, draftKey('anna', null), null)).toEqual(typed);
    expect(storedDraft(storage, draftKey('bert', null), null)).toBeNull();
    expect(storedDraft(storage, draftKey('anna', 1), null)).toBeNull();
  });

  it('is not shown over what somebody else has saved since', () => {
    storeDraft(storage, draftKey('anna', 1), { version: 4, draft: typed });

    expect(storedDraft(storage, draftKey('anna', 1), 5)).toBeNull();
  });

  it('is nothing for whoever logs in next, and for nobody after logging out', () => {
    storage.setItem('of something else', '');
    for (const actor of ['anna', 'bert', 'joanna'])
      storeDraft(storage, draftKey(actor, 1), { version: 1, draft: typed });

    forgetDraftsOfOthers(storage, 'anna');
    const kept = storage.length;
    forgetDraftsOfOthers(storage, null);

    expect(kept).toBe(2);
    expect([storage.length, storage.key(0)]).toEqual([1, 'of something else']);
  });
});

it('secrets are not kept, and nothing of a plugin that is not known', () => {
  const declared = (id: string) => [{ id, settings: { properties: { open: {}, password: { secret: true } } } }];
  const plugins = {
    appliance: declared('vos'),
    issuer: declared('acme'),
    dns: declared('zone'),
    http: declared('folder'),
  } as unknown as Plugins;
  const settings = { open: 'shown', password: 'hidden', undeclared: 'hidden' };
  const draft = {
    ...typed,
    appliance: part('vos', settings),
    issuer: part('acme', settings),
    secondIssuer: part('gone', settings),
    dns: shared(3),
    dnsRules: [{ key: 'a', suffix: 'example.com', use: part('zone', settings) }],
    http: part('folder', settings),
  };

  const kept = withoutSecrets(draft, plugins);

  expect(JSON.stringify(kept)).not.toContain('hidden');
  expect(kept).toMatchObject({
    names: typed.names,
    appliance: { settings: { open: 'shown' } },
    issuer: { settings: { open: 'shown' } },
    secondIssuer: { settings: {} },
    dns: { account: 3 },
    dnsRules: [{ use: { settings: { open: 'shown' } } }],
    http: { settings: { open: 'shown' } },
  });
});
