/** Public pages that rules and caveats of this driver rest on. */
export const SOURCES = {
  product: 'https://www.cisco.com/c/en/us/products/unified-communications/expressway-series/index.html',
  api: 'https://fdocuments.in/document/cisco-expressway-rest-api-reference-guide-x810-ciscoexpresswayrestapi-referenceguide.html',
  interfaces:
    'https://www.cisco.com/c/en/us/td/docs/voice_ip_comm/expressway/admin_guide/X15-3/exwy_b_cisco-expressway-administrator-guide-x153/exwy_m_expressway-interfaces.html',
  commands:
    'https://manualmachine.com/cisco/telepresencevideocommunicationservercommandreferencevx6/21777690-command-reference-manual',
  certificates: 'https://manualsbrain.com/en/manuals/1605347/?page=4',
  clientAuth: 'https://www.cisco.com/c/en/us/support/docs/field-notices/743/fn74362.html',
  clientStore:
    'https://www.cisco.com/c/en/us/support/docs/unified-communications/telepresence-video-communication-server-expressway/225693-navigate-client-eku-sunset-with.html',
  traversal:
    'https://www.cisco.com/c/en/us/support/docs/unified-communications/telepresence-video-communication-server-expressway/225476-understand-mobile-and-remote-access.html',
} as const;
