import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Express } from 'express';
import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { AccountEndpoints } from './account-endpoints.ts';
import { Accounts } from './accounts.ts';
import { createApp } from './app.ts';
import { authorityFiles } from './authority-files.ts';
import { AuthorizationEndpoints } from './authorization-endpoints.ts';
import { Authorizations } from './authorizations.ts';
import { Background } from './background.ts';
import { CertificateEndpoints } from './certificate-endpoints.ts';
import { Certificates } from './certificates.ts';
import { directoryBody } from './directory.ts';
import { DnsClient } from './dns-query.ts';
import { ExternalAccounts } from './external-account.ts';
import { createHierarchy, type Hierarchy } from './hierarchy.ts';
import { type Issuance, issue } from './issue.ts';
import { close, listenOnLoopback } from './listen.ts';
import { Nonces } from './nonce.ts';
import { OrderEndpoints } from './order-endpoints.ts';
import { Orders } from './orders.ts';
import { profilesOf } from './profiles.ts';
import { RequestVerifier } from './signed-request.ts';
import { createTlsIdentity } from './tls.ts';
import { type Resource, Urls } from './urls.ts';

export type { Resource } from './urls.ts';

export interface CaSimOptions {
  /** By which a fault is switched on for this CA alone. Default `ca`. */
  readonly name?: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** `ip:port` of the recursive resolver that validation asks. */
  readonly dnsServer: string;
  /** kid to base64url HMAC key. When set, new accounts need an external account binding. */
  readonly eab?: Readonly<Record<string, string>>;
  /** Life of certificates of the default profile. Default 90. */
  readonly leafDays?: number;
  /** Whether an account's earlier proofs are remembered. Default false. */
  readonly authorizationReuse?: boolean;
  /** Default 2 */
  readonly rateLimitRetryAfterSeconds?: number;
  /** How long orders stay in "processing" with the fault `ca-processing`. Default 600. */
  readonly processingMs?: number;
  /** Where http-01 dials port 80 of a name. Default 80. */
  readonly httpPort?: number;
  /** Of the HTTPS endpoint on 127.0.0.1. Default: any free one. */
  readonly port?: number;
}

export interface IssuedCertificate {
  /** Lower-case hex */
  readonly serial: string;
  /** Of the DER, lower-case hex */
  readonly sha256: string;
  readonly dnsNames: readonly string[];
  /** As the client named it; null when it did not, which gives `classic`. */
  readonly profile: string | null;
  /** certID (RFC 9773) */
  readonly replaces: string | null;
}

export interface CaSim extends AsyncDisposable {
  readonly directoryUrl: string;
  /** Trusts the HTTPS endpoint, and nothing that the CA issues. */
  readonly tlsCaPem: string;
  /** The old root, where the default chain ends. */
  readonly rootPem: string;
  /** The young root, where the alternate chain ends. */
  readonly youngRootPem: string;
  /** The intermediates, one of which signs each certificate, and the cross-signed young root. */
  readonly intermediatesPem: readonly string[];
  /** Oldest first. */
  issued(): readonly IssuedCertificate[];
  /** Every request that met a resource, also refused ones, oldest first. */
  requests(): readonly { readonly method: string; readonly resource: Resource }[];
  forgetAccounts(): void;
}

/** Starts a test CA on loopback. Keys, URLs and serial numbers are new each time; nothing is kept. */
export async function startCaSim(options: CaSimOptions): Promise<CaSim> {
  const tls = await createTlsIdentity();
  const apiServer = createHttpsServer({ key: tls.keyPem, cert: tls.certificatePem });
  const aiaServer = createHttpServer();
  const urls = new Urls(`https://${await listenOnLoopback(apiServer, options.port ?? 0)}`);
  const aiaOrigin = `http://${await listenOnLoopback(aiaServer, 0)}`;
  const urlOf = (file: string) => `${aiaOrigin}/${file}`;
  const hierarchy = await createHierarchy(urlOf);
  serveAuthorities(aiaServer, hierarchy);

  const accounts = new Accounts(options.faults);
  const certificates = new Certificates();
  const background = new Background();
  const requests: { method: string; resource: Resource }[] = [];
  const app = assemble(options, {
    accounts,
    certificates,
    background,
    urls,
    issue: (issuance) => issue(issuance, hierarchy, urlOf),
    seen: (method, resource) => requests.push({ method, resource }),
  });
  apiServer.on('request', app);

  return {
    directoryUrl: urls.of('directory'),
    tlsCaPem: tls.rootPem,
    ...pemsOf(hierarchy),
    issued: () =>
      certificates.all().map(({ serial, sha256, dnsNames, profile, replaces }) => {
        return { serial, sha256, dnsNames, profile, replaces };
      }),
    requests: () => [...requests],
    forgetAccounts: () => accounts.forget(),
    async [Symbol.asyncDispose]() {
      await Promise.all([close(apiServer), close(aiaServer), background[Symbol.asyncDispose]()]);
    },
  };
}

interface Core {
  readonly accounts: Accounts;
  readonly certificates: Certificates;
  readonly background: Background;
  readonly urls: Urls;
  readonly issue: (issuance: Issuance) => ReturnType<typeof issue>;
  readonly seen: (method: string, resource: Resource) => void;
}

function assemble(options: CaSimOptions, core: Core): Express {
  const { faults, exchanges, eab } = options;
  const { accounts, urls } = core;
  const profiles = profilesOf(options.leafDays ?? 90);
  const nonces = new Nonces(faults);
  const orders = new Orders();
  const authorizations = new Authorizations(options.authorizationReuse ?? false);
  const externalAccounts = eab === undefined ? null : new ExternalAccounts(eab);
  const shared = { ...core, exchanges, faults, orders, authorizations };
  return createApp({
    accounts: new AccountEndpoints({ ...shared, externalAccounts }),
    orders: new OrderEndpoints({
      ...shared,
      profiles,
      rateLimitRetryAfterSeconds: options.rateLimitRetryAfterSeconds ?? 2,
      processingMs: options.processingMs ?? 600,
    }),
    authorizations: new AuthorizationEndpoints({
      ...shared,
      dns: new DnsClient(options.dnsServer),
      httpPort: options.httpPort ?? 80,
    }),
    certificates: new CertificateEndpoints(shared),
    directory: directoryBody(urls, profiles, eab !== undefined),
    isDown: () => faults.has('ca-down', options.name ?? 'ca'),
    verifier: new RequestVerifier(accounts, nonces, urls),
    nonces,
    urls,
    seen: core.seen,
  });
}

/** Plain HTTP, as AIA caIssuers is everywhere: what is fetched there is signed itself. */
function serveAuthorities(server: Server, hierarchy: Hierarchy): void {
  const files = authorityFiles(hierarchy);
  server.on('request', (request, response) => {
    const der = files.get((request.url ?? '').slice(1));
    if (der === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(der);
  });
}

function pemsOf(hierarchy: Hierarchy) {
  return {
    rootPem: hierarchy.oldRoot.toString('pem'),
    youngRootPem: hierarchy.youngRoot.toString('pem'),
    intermediatesPem: [
      ...hierarchy.intermediates.map(({ certificate }) => certificate.toString('pem')),
      hierarchy.crossSignedYoungRoot.toString('pem'),
    ],
  };
}
