import { StringDecoder } from 'node:string_decoder';

/** More than this without a prompt is no answer to any command of ours. */
const LONGEST_TRANSCRIPT = 1024 * 1024;

/** What a terminal printed since the last mark, as plain text: no escape codes, lines ended by `\n` alone. */
export class Transcript {
  readonly #decoder = new StringDecoder('utf8');
  #raw = '';

  append(chunk: Buffer): void {
    this.#raw += this.#decoder.write(chunk);
  }

  /** Forgets what was printed before. */
  mark(): void {
    this.#raw = '';
  }

  get overflowed(): boolean {
    return this.#raw.length > LONGEST_TRANSCRIPT;
  }

  /** An escape code that has come in part stays visible until the rest is there, so that no prompt is seen too early. */
  text(): string {
    return plain(this.#raw);
  }
}

const ESC = '\\u001b';
// CSI sequences (ECMA-48, section 5.4), OSC sequences, and the two-character ones.
const ESCAPES = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}\\][^\\u0007\\u001b]*(?:\\u0007|${ESC}\\\\)|${ESC}[ -/]*[0-Z\\\\^-~]`,
  'g',
);
const OTHER_CONTROLS = new RegExp(`(?![\\n\\t${ESC}])\\p{Cc}`, 'gu');

function plain(raw: string): string {
  return raw.replace(ESCAPES, '').replace(/\r\n?/g, '\n').replace(OTHER_CONTROLS, '');
}

/**
 * Pagers of the VOS command line, as Cisco's own test library knows them
 * (https://github.com/CiscoTestAutomation/unicon.plugins, plugins/vos). A wide and tall terminal keeps them away;
 * where one shows up all the same, the key that goes on is sent.
 */
const PAGERS: readonly { readonly pattern: RegExp; readonly key: string }[] = [
  { pattern: /Press <enter> for 1 line, <space> for one page, or <q> to quit\s*$/, key: ' ' },
  { pattern: /options: q=quit, n=next, p=prev, b=begin, e=end \(lines \d+ - (\d+) of \1\) ?:\s*$/, key: 'q' },
  { pattern: /options: q=quit, n=next, p=prev, b=begin, e=end \([^)\n]*\) ?:\s*$/, key: 'n' },
];
const PAGER_LINES = /\n?(?:Press <enter> for 1 line[^\n]*?to quit|options: q=quit, n=next[^\n]*?\) ?:) */g;

/** The key that a pager at the end of `text` waits for; null when there is none. */
export function pagerKey(text: string): string | null {
  return PAGERS.find(({ pattern }) => pattern.test(text))?.key ?? null;
}

export function withoutPagers(text: string): string {
  return text.replace(PAGER_LINES, '');
}
