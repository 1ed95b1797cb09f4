import { productOf, type Role, TOMCAT } from './services.ts';
import { type SlotName, slotsOf } from './slots.ts';

/** A TLS port of the node. */
export interface TlsPort {
  readonly name: PortName;
  readonly slot: SlotName;
  /** A new certificate is served after all of them were restarted; each restart takes the port away for a while. */
  readonly services: readonly string[];
  /** Whether the web server answers there. The others shake hands and then say nothing. */
  readonly isWeb: boolean;
}

export type PortName =
  | 'https'
  | 'https2'
  | 'httpsEcdsa'
  | 'tftp'
  | 'sip'
  | 'sipEcdsa'
  | 'cup'
  | 'cupEcdsa'
  | 'xmpp'
  | 'xmppEcdsa'
  | 'xmppFederation'
  | 'xmppFederationEcdsa';

const XMPP = ['Cisco XCP Connection Manager'];
const FEDERATION = ['Cisco XCP XMPP Federation Connection Manager'];

const TLS_PORTS: readonly TlsPort[] = [
  { name: 'https', slot: 'tomcat', services: [TOMCAT], isWeb: true },
  { name: 'https2', slot: 'tomcat', services: [TOMCAT], isWeb: true },
  { name: 'httpsEcdsa', slot: 'tomcat-ECDSA', services: [TOMCAT], isWeb: true },
  { name: 'sip', slot: 'CallManager', services: ['Cisco HAProxy'], isWeb: false },
  { name: 'sipEcdsa', slot: 'CallManager-ECDSA', services: ['Cisco CallManager', 'Cisco HAProxy'], isWeb: false },
  { name: 'cup', slot: 'cup', services: ['Cisco SIP Proxy'], isWeb: false },
  { name: 'cupEcdsa', slot: 'cup-ECDSA', services: ['Cisco SIP Proxy'], isWeb: false },
  { name: 'xmpp', slot: 'cup-xmpp', services: XMPP, isWeb: false },
  { name: 'xmppEcdsa', slot: 'cup-xmpp-ECDSA', services: XMPP, isWeb: false },
  { name: 'xmppFederation', slot: 'cup-xmpp-s2s', services: FEDERATION, isWeb: false },
  { name: 'xmppFederationEcdsa', slot: 'cup-xmpp-s2s-ECDSA', services: FEDERATION, isWeb: false },
];

const TFTP: TlsPort = { name: 'tftp', slot: 'tomcat', services: ['Cisco Tftp'], isWeb: false };

export function tlsPortsOf(role: Role): readonly TlsPort[] {
  const slots = slotsOf(productOf(role)).map(({ name }) => name);
  const own = TLS_PORTS.filter((port) => slots.includes(port.slot));
  return role === 'imp' ? own : [...own, TFTP];
}
