import type { Download } from '../api/client.ts';

/** Hands a file to the browser, which saves it as people have set it. */
export function saveFile({ name, content }: Download): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
