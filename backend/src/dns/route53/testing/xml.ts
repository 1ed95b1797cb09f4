import type { Change } from './records.ts';

/** An answer that is no success. */
export class AwsRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Content = string | readonly Content[] | { readonly [name: string]: Content };

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

export function element(name: string, content: Content, namespace = NAMESPACE): string {
  return `<${name} xmlns="${namespace}">${write(content)}</${name}>`;
}

function write(content: Content): string {
  if (typeof content === 'string') return encode(content);
  if (Array.isArray(content)) return content.map(write).join('');
  return Object.entries(content)
    .map(([name, inner]) => `<${name}>${write(inner)}</${name}>`)
    .join('');
}

/** The changes of a ChangeResourceRecordSets request. @throws AwsRefusal for anything that is not described. */
export function readChangeBatch(body: string): readonly Change[] {
  const xml = body.replace(/^<\?xml[^?]*\?>\s*/, '');
  const [root, ...others] = parse(xml);
  if (!root || others.length > 0 || root.name !== 'ChangeResourceRecordSetsRequest')
    throw malformed('the root element');
  if (root.attributes !== ` xmlns="${NAMESPACE}"`) throw malformed('the namespace');
  const { ChangeBatch } = fields(root, ['ChangeBatch'], []);
  const { Changes } = fields(ChangeBatch, ['Changes'], ['Comment']);
  return list(Changes, 'Change').map(readChange);
}

function readChange(node: Node): Change {
  const { Action, ResourceRecordSet } = fields(node, ['Action', 'ResourceRecordSet'], []);
  const { Name, Type, TTL, ResourceRecords } = fields(
    ResourceRecordSet,
    ['Name', 'Type', 'TTL', 'ResourceRecords'],
    [],
  );
  const action = text(Action);
  if (action !== 'CREATE' && action !== 'DELETE' && action !== 'UPSERT') throw malformed(`Action ${action}`);
  const ttl = text(TTL);
  if (!/^\d{1,10}$/.test(ttl) || Number(ttl) > 2_147_483_647) throw malformed(`TTL ${ttl}`);
  const values = list(ResourceRecords, 'ResourceRecord').map((record) => text(fields(record, ['Value'], []).Value));
  if (values.length === 0) throw malformed('ResourceRecords without a ResourceRecord');
  return { action, set: { name: text(Name).toLowerCase(), type: text(Type), ttl: Number(ttl), values } };
}

interface Node {
  readonly name: string;
  readonly attributes: string;
  readonly children: readonly Node[];
  readonly text: string;
}

/** Elements only, as AWS documents them: no comments, no CDATA, no mixed content. */
function parse(xml: string): Node[] {
  const nodes: Node[] = [];
  let rest = xml.trim();
  while (rest !== '') {
    const [whole, name = '', attributes = ''] = /^<([A-Za-z]+)((?:\s[^<>]*?)?)>/.exec(rest) ?? [];
    const end = rest.indexOf(`</${name}>`);
    if (whole === undefined || end === -1) throw malformed(rest.slice(0, 100));
    const inner = rest.slice(whole.length, end);
    const isLeaf = !inner.includes('<');
    nodes.push({ name, attributes, children: isLeaf ? [] : parse(inner), text: isLeaf ? decode(inner) : '' });
    rest = rest.slice(end + name.length + 3).trim();
  }
  return nodes;
}

/** No element of this API holds another one of its own name, so the first end tag is the right one. */
function fields<Needed extends string>(node: Node, needed: readonly Needed[], optional: readonly string[]) {
  const names = node.children.map(({ name }) => name);
  const odd = names.find((name, index) => ![...needed, ...optional].includes(name) || names.indexOf(name) !== index);
  if (odd !== undefined) throw malformed(`${odd} in ${node.name}`);
  const entries = needed.map((name) => {
    const child = node.children.find((candidate) => candidate.name === name);
    if (!child) throw malformed(`${node.name} without ${name}`);
    return [name, child] as const;
  });
  // Each name of `needed` was found above.
  return Object.fromEntries(entries) as Record<Needed, Node>;
}

function list(node: Node, name: string): readonly Node[] {
  const odd = node.children.find((child) => child.name !== name);
  if (odd) throw malformed(`${odd.name} in ${node.name}`);
  return node.children;
}

function text(node: Node): string {
  if (node.children.length > 0) throw malformed(`elements in ${node.name}`);
  return node.text;
}

function malformed(what: string): AwsRefusal {
  return new AwsRefusal(400, 'MalformedXML', `The XML you provided was not well-formed or did not validate: ${what}`);
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const;

function encode(words: string): string {
  return words.replace(/[&<>"]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}

function decode(words: string): string {
  return Object.entries(ENTITIES)
    .reverse()
    .reduce((plain, [character, entity]) => plain.replaceAll(entity, character), words);
}
