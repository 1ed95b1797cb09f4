import type { Quirks } from '../chance.ts';
import { childOf, escapeXml, parseXml, type XmlElement } from './xml.ts';

/** Becomes a SOAP fault. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';
  readonly code: 'Client' | 'Server';

  constructor(code: 'Client' | 'Server', text: string) {
    super(text);
    this.code = code;
  }
}

/** A name and what is in it. */
export type Node = readonly [name: string, content: string | readonly Node[]];

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const AST = 'http://schemas.cisco.com/ast/soap';

/** The one element in the body of the envelope. @throws SoapFault when there is none */
export function operationIn(document: string): XmlElement {
  const envelope = parsed(document);
  const operation = envelope.name === 'Envelope' ? childOf(envelope, 'Body')?.children[0] : undefined;
  if (!operation) throw new SoapFault('Client', 'The message has no operation');
  return operation;
}

/** `prefix`: whether the elements inside the operation's are qualified as well. */
export function envelope([name, content]: Node, prefix: Quirks['soapPrefix']): string {
  const inside =
    typeof content === 'string' ? escapeXml(content) : content.map((node) => written(node, prefix)).join('');
  return inEnvelope(`<ns1:${name} xmlns:ns1="${AST}">${inside}</ns1:${name}>`);
}

export function faultEnvelope({ code, message }: SoapFault): string {
  const text = escapeXml(message);
  return inEnvelope(
    `<soapenv:Fault><faultcode>soapenv:${code}</faultcode><faultstring>${text}</faultstring><detail/></soapenv:Fault>`,
  );
}

function parsed(document: string): XmlElement {
  try {
    return parseXml(document);
  } catch {
    throw new SoapFault('Client', 'The message is not well-formed');
  }
}

function written([name, content]: Node, prefix: Quirks['soapPrefix']): string {
  const tag = prefix === 'everywhere' ? `ns1:${name}` : name;
  const inside =
    typeof content === 'string' ? escapeXml(content) : content.map((node) => written(node, prefix)).join('');
  return `<${tag}>${inside}</${tag}>`;
}

function inEnvelope(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}
