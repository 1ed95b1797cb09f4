/** Public pages that rules and caveats of this driver rest on. */
export const SOURCES = {
  product: 'https://www.cisco.com/site/us/en/products/networking/catalyst-center/index.html',
  api: 'https://developer.cisco.com/docs/dna-center/import-certificate/',
  tasks: 'https://developer.cisco.com/docs/dna-center/asynchronous-apis/',
  netSsl: 'https://github.com/sieteunoseis/netSSL',
} as const;
