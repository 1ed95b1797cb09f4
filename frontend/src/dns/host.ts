/** The name in whatever was pasted: a URL, `host:port` or a name. */
export function hostIn(text: string): string {
  const bare = text
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '');
  return bare.replace(/:\d+$/, '').replace(/\.$/, '');
}
