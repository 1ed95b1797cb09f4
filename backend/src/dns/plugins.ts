/** All DNS services, one line each. index.test.ts compares them with the folders. */
export { acmeDns } from './acme-dns/index.ts';
export { acmeSh } from './acme-sh/index.ts';
export { azure } from './azure/index.ts';
export { cloudflare } from './cloudflare/index.ts';
export { digitalocean } from './digitalocean/index.ts';
export { exec } from './exec/index.ts';
export { google } from './google/index.ts';
export { httpreq } from './httpreq/index.ts';
export { manual } from './manual/index.ts';
export { powerdns } from './powerdns/index.ts';
export { rfc2136 } from './rfc2136/index.ts';
export { route53 } from './route53/index.ts';
