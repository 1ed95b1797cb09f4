/** Public pages that rules and caveats of this driver rest on. */
export const SOURCES = {
  product: 'https://www.cisco.com/site/us/en/products/security/identity-services-engine/index.html',
  api: 'https://developer.cisco.com/docs/identity-services-engine/v1/#!certificate-openapi',
  enableApi:
    'https://www.cisco.com/c/en/us/support/docs/security/identity-services-engine/222195-use-openapi-to-retrive-ise-certificate-i.html',
  sdk: 'https://docs.ansible.com/ansible/latest/collections/cisco/ise/bind_signed_certificate_module.html',
  goSdk: 'https://github.com/CiscoISE/ciscoise-go-sdk',
  netSsl: 'https://github.com/sieteunoseis/netSSL',
  clientAuth: 'https://letsencrypt.org/2025/05/14/ending-tls-client-authentication',
} as const;
