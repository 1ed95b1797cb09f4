import type { RenewalView } from '../api/types.ts';

/** What a renewal published to prove the names, by the names of the records and the URLs of the files. */
export interface CleanedUp {
  readonly removed: readonly string[];
  /** The daemon goes on trying. */
  readonly left: readonly string[];
  /** A person put them there, and nobody else can remove them. */
  readonly byHand: readonly string[];
}

/** Of all that was published, what is gone again and what is not. */
export function cleanedUp({ facts }: Pick<RenewalView, 'facts'>): CleanedUp {
  const { records = [], tokens = [], cleaned = [] } = facts;
  const published = [
    ...records.map(({ record: { fqdn, value }, byHand = false }) => ({ key: `${fqdn} ${value}`, name: fqdn, byHand })),
    ...tokens.map(({ token }) => ({ key: fileUrl(token), name: fileUrl(token), byHand: false })),
  ];
  const stays = published.filter(({ key }) => !cleaned.includes(key));
  return {
    removed: published.filter(({ key }) => cleaned.includes(key)).map(({ name }) => name),
    left: stays.filter(({ byHand }) => !byHand).map(({ name }) => name),
    byHand: stays.filter(({ byHand }) => byHand).map(({ name }) => name),
  };
}

/** Where a CA asks for a file. */
export function fileUrl({ dnsName, token }: { readonly dnsName: string; readonly token: string }): string {
  return `http://${dnsName}/.well-known/acme-challenge/${token}`;
}
