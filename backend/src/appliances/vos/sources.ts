/** Public pages that rules and caveats of this driver rest on. */
export const SOURCES = {
  api: 'https://developer.cisco.com/docs/certificate-management/',
  gettingStarted: 'https://developer.cisco.com/docs/certificate-management/getting-started',
  authentication: 'https://developer.cisco.com/docs/certificate-management/authentication',
  errors: 'https://developer.cisco.com/docs/certificate-management/errors-and-troubleshooting',
  securityGuide:
    'https://www.cisco.com/c/en/us/td/docs/voice_ip_comm/cucm/security/14SU2/cucm_b_security-guide-14su2/cucm_m_certificates.html',
  uploadGuide:
    'https://www.cisco.com/c/en/us/support/docs/unified-communications/telepresence-video-communication-server-expressway/225476-understand-mobile-and-remote-access.html',
  regeneration:
    'https://www.cisco.com/c/en/us/support/docs/unified-communications/unified-communications-manager-callmanager/214231-certificate-regeneration-process-for-cis.html',
  clientAuth: 'https://www.cisco.com/c/en/us/support/docs/field-notices/743/fn74345.html',
  product:
    'https://www.cisco.com/c/en/us/products/unified-communications/unified-communications-manager-callmanager/index.html',
  netSsl: 'https://github.com/sieteunoseis/netSSL',
} as const;
