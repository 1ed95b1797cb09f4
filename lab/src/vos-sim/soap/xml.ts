/** An element without its namespace: `soap:item` is `item`. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children, trimmed. */
  readonly text: string;
}

interface OpenElement {
  readonly qualifiedName: string;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s<>/!?]+)([^<>]*?)(\/?)>|([^<]+)|(<)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads as much of XML as SOAP messages need: elements and text. Attributes and namespaces are passed over, document
 * type declarations are refused as SOAP 1.1 has it.
 *
 * @throws SyntaxError when it is not well-formed
 */
export function parseXml(document: string): XmlElement {
  const root: OpenElement = { qualifiedName: '', children: [], text: '' };
  const open: OpenElement[] = [root];
  for (const token of document.matchAll(TOKEN)) {
    const [, cdata, slash, name, , selfClosing, text, stray] = token;
    if (stray !== undefined) throw new SyntaxError('Unexpected "<"');
    const current = open.at(-1) ?? root;
    current.text += cdata ?? decode(text ?? '');
    if (name !== undefined && slash !== '/') open.push({ qualifiedName: name, children: [], text: '' });
    if (name !== undefined && (slash || selfClosing)) closeLast(open, name);
  }
  const [only, ...others] = root.children;
  if (!only || others.length > 0 || open.length > 1) throw new SyntaxError('A document has one root element');
  return only;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function closeLast(open: OpenElement[], name: string): void {
  const element = open.pop();
  const parent = open.at(-1);
  if (!element || !parent || element.qualifiedName !== name) throw new SyntaxError(`Unexpected </${name}>`);
  parent.children.push({
    name: name.slice(name.indexOf(':') + 1),
    children: element.children,
    text: element.text.trim(),
  });
}

function decode(text: string): string {
  return text.replaceAll(/&(#x?)?([0-9a-z]+);/gi, (whole, number: string | undefined, body: string) => {
    if (number === undefined) return ENTITIES[body] ?? whole;
    return String.fromCodePoint(Number.parseInt(body, number === '#' ? 10 : 16));
  });
}
