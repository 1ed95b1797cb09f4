/**
 * A number from 0 up to 1 that `key` always has: things that would happen at once are spread by it, and stay where they
 * are when the daemon starts again. FNV-1a with a last mixing, as its high bits alone are uneven for short texts.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function spreadOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
