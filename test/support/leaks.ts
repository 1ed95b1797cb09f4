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
