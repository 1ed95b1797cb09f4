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
  presence:
    'https://www.cisco.com/c/en/us/td/docs/voice_ip_comm/cucm/im_presence/configAdminGuide/12_5_1_su2/cup0_b_config-and-admin-guide-1251su2/cup0_b_config-and-admin-guide-1251su2_chapter_01010.html',
  presenceRestarts:
    'https://www.cisco.com/en/US/docs/voice_ip_comm/cucm/im_presence/deployment/9_1_1/CUP0_BK_D4B4C107_00_deployment-guide-for-imp-91_chapter_0101.html',
  multiServer:
    'https://www.cisco.com/c/en/us/support/docs/unified-communications/unified-communications-manager-callmanager/118731-configure-san-00.html',
  clientAuth: 'https://www.cisco.com/c/en/us/support/docs/field-notices/743/fn74345.html',
  serviceability: 'https://developer.cisco.com/docs/sxml/control-center-services-api',
  product:
    'https://www.cisco.com/c/en/us/products/unified-communications/unified-communications-manager-callmanager/index.html',
  netSsl: 'https://github.com/sieteunoseis/netSSL',
  profiles: 'https://letsencrypt.org/docs/profiles/',
  dnsNames: 'https://cabforum.org/working-groups/server/baseline-requirements/documents/',
  dns01: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.4',
  validity:
    'https://cabforum.org/2025/04/11/ballot-sc081v3-introduce-schedule-of-reducing-validity-and-data-reuse-periods/',
} as const;
