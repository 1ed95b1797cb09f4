/** The common name of a distinguished name, or all of it. */
export function issuerName(distinguishedName: string): string {
  return /(?:^|,\s*)CN=((?:\\.|[^,])+)/.exec(distinguishedName)?.[1] ?? distinguishedName;
}
