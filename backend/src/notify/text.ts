import type { NoticeMessage, Severity } from '../domain/notice.ts';

/** How a severity is marked where only text is shown. */
export const MARKS: Readonly<Record<Severity, string>> = { info: 'Info', warning: 'Warning', critical: 'Critical' };

/** The mark of a message: what is over is good news, whatever it was. */
export function markOf({ kind, severity }: NoticeMessage): string {
  return kind === 'recovered' ? 'Recovered' : MARKS[severity];
}

/** The whole message as plain text. */
export function plainText(message: NoticeMessage): string {
  const { body, facts, link } = message;
  const blocks = [body, facts.map(({ label, value }) => `${label}: ${value}`).join('\n'), link ?? ''];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** At most `most` UTF-16 units, with an ellipsis where something is missing; never half a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** At most `most` bytes of UTF-8, never half a character. */
export function clipBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}

/** Everything that Markdown could take for markup gets a backslash. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]()#~|!]/g, '\\$&').replaceAll(/^(\s*)([-+]|\d+\.)(?=\s)/gm, '$1\\$2');
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
