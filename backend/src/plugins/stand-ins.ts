import { isIPv4, isIPv6 } from 'node:net';
import type { SiteNames } from './recorder.ts';

/** Public names that say nothing about a site. */
const PUBLIC = /(?:^|\.)(?:xmlsoap\.org|w3\.org|cisco\.com)$|^(?:java|javax|org|com\.cisco)\./i;
const FILE =
  /\.(?:pem|der|crt|cer|csr|p7b|p12|key|so|jar|log|txt|xml|json|html?|conf|properties|cop|sgn|sh|py|do|jsp)$/i;
/** Files that every node has are told by their name. */
const USUAL_FILE = /^(?:tomcat|ipsec|callmanager|capf|tvs|itlrecovery|authz|cup)[\w-]*\.\w+$/i;
/** Words that are accounts or hosts somewhere, and mean something else everywhere. */
const ORDINARY =
  /^(?:admin|administrator|root|localhost|cisco|server|tomcat|ipsec|callmanager|capf|tvs|cup|publisher|subscriber)$/i;
/** What a product adds to the host name in a certificate. */
const SUFFIX = /(?:-EC)?(?:-ms)?$/;

/** A name begins where no word goes on; in JSON text a line break is written `\n`, and its letter belongs to no word. */
const HERE = String.raw`(?<!\\)(?<!(?<!\\)[\w.-])`;
const PATTERNS = {
  fingerprint: String.raw`\b(?:[0-9A-Fa-f]{2}:){15,}[0-9A-Fa-f]{2}\b`,
  hostKey: String.raw`\bSHA256:[A-Za-z0-9+/]{43}=?`,
  uuid: '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}',
  file: String.raw`"(?:file_?name)"\s*:\s*"[^"]*"`,
  titled: String.raw`"(?:friendlyName|issued(?:To|By)|(?:portalG|g)roupTag|subject(?:CommonName|Org|OrgUnit|City|State)|Province|Locality|Organization(?:alUnit)?)"\s*:\s*"[^"]+"`,
  mail: String.raw`${HERE}[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
  subject: String.raw`\b(?:CN|OU|O|L|ST|DC|E|emailAddress|serialNumber)\s?=\s?[^,;"<>\n\\+]+`,
  mac: String.raw`\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b`,
  ip6: String.raw`(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])`,
  ip4: String.raw`(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d|-\d)`,
  host: String.raw`${HERE}[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?)*\.[A-Za-z]{2,63}(?![\w-])`,
  number: String.raw`${HERE}(?=[A-Za-z]*\d)[0-9A-Fa-f]{12,}(?![\w])|(?<![\d.])\d{10,}(?!\d)`,
} as const;

type Kind = keyof typeof PATTERNS | 'word';

/**
 * Replaces what tells where texts come from: host names, domains, addresses, accounts, subjects of certificates, serial
 * numbers and fingerprints. The same thing gets the same stand-in in all texts that one object sees, and a host stays
 * within its domain: `cucm-pub.corp.com` becomes `node-1.site-1.example`, and `corp.com` becomes `site-1.example`.
 *
 * `seen` are all texts that will be replaced: which names are domains of others is known only then.
 */
export class StandIns {
  readonly #numbers = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #nodes: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;
  readonly #pattern: RegExp;
  readonly #kinds: readonly Kind[];

  constructor({ hosts, users }: SiteNames, seen: readonly string[]) {
    const named = [...hosts, ...seen.flatMap(machinesIn)];
    const known = named.map((host) => host.toLowerCase()).filter((host) => !isAddress(host));
    const single = known.filter((host) => !known.some((other) => other.endsWith(`.${host}`)));
    this.#nodes = new Set(single.map((host) => (host.split('.')[0] ?? '').replace(SUFFIX, '')).filter(isParticular));
    this.#names = new Set([...known, ...seen.flatMap(hostNamesIn)]);
    const words = [...this.#nodes].map((node) => `${literal(node)}${SUFFIX.source.replace('$', '')}`);
    const accounts = users.filter(isParticular).map(literal);
    const word = [...accounts, ...words].sort((a, b) => b.length - a.length).join('|');
    const { number, ...before } = PATTERNS;
    const parts: [Kind, string][] = [
      ...(Object.entries(before) as [Kind, string][]),
      ...(word ? ([['word', `${HERE}(?:${word})(?![\\w-])`]] as [Kind, string][]) : []),
      ['number', number],
    ];
    this.#kinds = parts.map(([kind]) => kind);
    this.#pattern = new RegExp(parts.map(([, source]) => `(${source})`).join('|'), 'gi');
  }

  replace(text: string): string {
    return text.replaceAll(this.#pattern, (match: string, ...groups: unknown[]) => {
      const kind = this.#kinds[groups.findIndex((group) => group !== undefined)];
      return kind === undefined ? match : this.#standIn(kind, match);
    });
  }

  #standIn(kind: Kind, match: string): string {
    switch (kind) {
      case 'fingerprint':
      case 'number':
        return `serial-${this.#numberOf('serial', match.replaceAll(':', '').toLowerCase())}`;
      case 'hostKey':
        return `SHA256:host-key-${this.#numberOf('host-key', match)}`;
      case 'uuid':
        return `id-${this.#numberOf('id', match.toLowerCase())}`;
      case 'file':
        return this.#file(match);
      case 'titled':
        return this.#titled(match);
      case 'mail':
        return `person-${this.#numberOf('person', match.toLowerCase())}@mail.example`;
      case 'subject':
        return this.#subject(match);
      case 'mac':
        return `mac-${this.#numberOf('mac', match.toLowerCase())}`;
      case 'ip4':
        return isIPv4(match) ? this.#address(match) : match;
      case 'ip6':
        return isIPv6(match) && match.length > 2 ? `2001:db8::${this.#numberOf('ip6', match.toLowerCase())}` : match;
      case 'host':
        return this.#host(match);
      case 'word':
        return this.#word(match);
    }
  }

  #word(match: string): string {
    const base = match.toLowerCase().replace(new RegExp(SUFFIX, 'i'), '');
    if (this.#nodes.has(base)) return `${this.#node(base)}${match.slice(base.length)}`;
    return `user-${this.#numberOf('user', match)}`;
  }

  #node(label: string): string {
    return `node-${this.#numberOf('node', label)}`;
  }

  #host(match: string): string {
    const name = match.toLowerCase();
    if (PUBLIC.test(name) || FILE.test(name)) return match;
    if ([...this.#names].some((other) => other.endsWith(`.${name}`))) return this.#site(name);
    const [label = '', ...domain] = name.split('.');
    const base = label.replace(new RegExp(SUFFIX, 'i'), '');
    const suffix = match.slice(base.length, label.length);
    const short = this.#nodes.has(base) ? this.#node(base) : `host-${this.#numberOf('host', base)}`;
    return `${short}${suffix}.${this.#site(domain.join('.'))}`;
  }

  #site(domain: string): string {
    return `site-${this.#numberOf('site', domain)}.example`;
  }

  /** Of the blocks for documentation (RFC 5737). */
  #address(ip: string): string {
    const number = this.#numberOf('ip4', ip);
    const block = ['192.0.2', '198.51.100', '203.0.113'][Math.floor((number - 1) / 254) % 3];
    return `${block}.${((number - 1) % 254) + 1}`;
  }

  #subject(match: string): string {
    const [, head = '', value = ''] = /^(\w+\s?=\s?)([\s\S]*)$/.exec(match) ?? [];
    const name = value.trim();
    return `${head}${isHostName(name) ? this.#host(name) : `name-${this.#numberOf('name', name)}`}`;
  }

  /** A field of a JSON text that people give names in. */
  #titled(match: string): string {
    const [, head = '', value = ''] = /^("[^"]+"\s*:\s*")([^"]*)"$/.exec(match) ?? [];
    return `${head}${isHostName(value) ? this.#host(value) : `name-${this.#numberOf('name', value)}`}"`;
  }

  #file(match: string): string {
    const [, head = '', name = ''] = /^("[^"]+"\s*:\s*")([^"]*)"$/.exec(match) ?? [];
    const kept = USUAL_FILE.test(name) ? name : `file-${this.#numberOf('file', name)}${/\.\w+$/.exec(name)?.[0] ?? ''}`;
    return `${head}${kept}"`;
  }

  #numberOf(kind: string, value: string): number {
    const key = `${kind} ${value}`;
    const known = this.#numbers.get(key);
    if (known) return known;
    const next = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, next);
    this.#numbers.set(key, next);
    return next;
  }
}

const HOST = new RegExp(PATTERNS.host, 'gi');

function hostNamesIn(text: string): string[] {
  return [...text.matchAll(HOST)]
    .map(([name]) => name.toLowerCase())
    .filter((name) => !PUBLIC.test(name) && !FILE.test(name));
}

/** Where appliances tell the name of a machine, which need not be a full one. */
const MACHINES = [
  /<(?:\w+:)?NodeName>\s*([\w.-]+)\s*</gi,
  /\b(?:machine|host) ?name\s*[:=]\s*([\w.-]+)/gi,
  /"(?:server|host|hostname|node)"\s*:\s*"([\w.-]+)"/gi,
  // A table that has the full name and the short one side by side.
  /(?<![\w.-])([\w-]+)(?:\.[\w-]+)+\s+\1(?![\w.-])/gi,
];

function machinesIn(text: string): string[] {
  return MACHINES.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []));
}

function isHostName(text: string): boolean {
  return new RegExp(`^${PATTERNS.host}$`, 'i').test(text);
}

function isAddress(host: string): boolean {
  const bare = host.replaceAll(/[[\]]/g, '');
  return isIPv4(bare) || isIPv6(bare);
}

function isParticular(word: string): boolean {
  return word.length > 1 && !ORDINARY.test(word) && !/^\d+$/.test(word);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
