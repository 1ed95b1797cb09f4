import { Secret } from '../domain/secret.ts';

/** What is shorter cannot be told from an ordinary word, and would make a text unreadable. */
const SHORTEST = 4;

/** `text` with every secret in it replaced by `***`: as it is, inside JSON, inside a URL, and as base64. */
export function redact(text: string, secrets: readonly (Secret | string)[]): string {
  const forms = secrets
    .map((secret) => (secret instanceof Secret ? secret.reveal() : secret))
    .filter((plain) => plain.length >= SHORTEST)
    .flatMap(formsOf)
    // A secret may be part of another one.
    .sort((a, b) => b.length - a.length);
  return forms.reduce((clean, form) => clean.replaceAll(form, '***'), text);
}

function formsOf(plain: string): readonly string[] {
  return [
    plain,
    JSON.stringify(plain).slice(1, -1),
    encodeURIComponent(plain),
    Buffer.from(plain).toString('base64').replace(/=+$/, ''),
  ];
}
