/** Something that was written or answered. */
export interface Haystack {
  readonly where: string;
  readonly content: string;
}

/** @throws Error naming which secret was found where; never the secret itself. */
export function expectNoSecrets(haystacks: readonly Haystack[], secrets: Readonly<Record<string, string>>): void {
  const found = haystacks.flatMap(({ where, content }) =>
    Object.entries(secrets)
      .filter(([, secret]) => formsOf(secret).some((form) => content.includes(form)))
      .map(([name]) => `${name} in ${where}`),
  );
  if (found.length > 0) throw new Error(`Secrets leaked: ${found.join('; ')}`);
}

/** As it is, inside JSON, inside a URL, and as bytes that were read as Latin-1. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < 8) throw new Error('A secret this short cannot be searched for.');
  const bytes = Buffer.from(secret).toString('latin1');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes,
    Buffer.from(secret).toString('base64'),
  ];
}

/** What would tell a stranger where a recording comes from: names, addresses, accounts and subjects of the lab. */
const SITE =
  /lab\.example|example\.com|cucm-(?:pub|sub)|\bimp1\b|certferry-axl|Lab (?:Root|Intermediate)|127\.0\.0\.1|-----BEGIN/i;

/** @throws Error naming what was found, where. */
export function expectNothingOfTheSite(recordings: readonly Haystack[]): void {
  const found = recordings.flatMap(({ where, content }) => {
    const at = SITE.exec(content);
    return at ? [`${where}: …${content.slice(Math.max(0, at.index - 60), at.index + 60)}…`] : [];
  });
  if (found.length > 0) throw new Error(`Names of the site in recordings:\n${found.join('\n')}`);
}
