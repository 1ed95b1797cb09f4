import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { Accounts } from './accounts.ts';
import { certificateApi } from './api.ts';
import { drawQuirks, type Quirks } from './chance.ts';
import type { CliWorld } from './commands.ts';
import { VosNode } from './node.ts';
import { Restarts } from './restart.ts';
import { SshPort } from './ssh.ts';
import { Tomcat } from './tomcat.ts';

export type { Quirks } from './chance.ts';

export interface VosSimOptions {
  /** Full name of the node, `cucm-pub.lab.example.com`. */
  readonly nodeName: string;
  /** A platform account that may change things. */
  readonly user: string;
  readonly password: string;
  /** A platform account of privilege 0. */
  readonly readOnlyUser?: { readonly user: string; readonly password: string };
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** What a restart of Tomcat takes, give or take 30 %; 1500. */
  readonly restartMs?: number;
  /** PEM certificates in tomcat-trust at the start. */
  readonly trusted?: readonly string[];
  /** Days that the self-signed certificate of the start is still valid; 9. Negative: it has expired. */
  readonly installedValidDays?: number;
  /** Free ones are taken for those left out. */
  readonly ports?: { readonly https?: number; readonly https2?: number; readonly ssh?: number };
  /** Pins what is drawn at random otherwise. */
  readonly quirks?: Partial<Quirks>;
}

/** A running node. Disposing of it closes its ports and forgets everything. */
export interface VosSim extends AsyncDisposable {
  readonly host: string;
  /** 443 of a real node. */
  readonly httpsPort: number;
  /** 8443 of a real node: the same Tomcat. */
  readonly tomcatPort2: number;
  readonly sshPort: number;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly sshHostKey: string;
  /** Of what is served at the start: lower-case hex of the DER, and PEM. */
  readonly certificateSha256: string;
  readonly certificatePem: string;
  readonly quirks: Quirks;
  /** What Tomcat serves now; while it restarts, what it served last. */
  servedSha256(): string;
  /** What the node holds for tomcat, served or not. */
  installedSha256(): string;
  /** PEM */
  pendingCsr(): string | null;
  /** Finished restarts of Tomcat. */
  restarts(): number;
  isRestarting(): boolean;
  /** What is in tomcat-trust. */
  trustSha256(): string[];
  /** Wrong users and passwords, over HTTPS and SSH together. */
  failedLogins(): number;
}

/** Starts a simulated CUCM node. It keeps nothing on disk. @throws when a port asked for is taken. */
export async function startVosSim(options: VosSimOptions): Promise<VosSim> {
  const { nodeName, faults, exchanges, host = '127.0.0.1', ports = {} } = options;
  const end = new AbortController();
  const life = end.signal;
  const quirks = drawQuirks(options.quirks ?? {});
  const accounts = accountsOf(options);
  const node = await VosNode.create({
    nodeName,
    installedValidDays: options.installedValidDays ?? 9,
    trusted: options.trusted ?? [],
    faults,
  });
  const tomcat = await Tomcat.start({
    host,
    ports: [ports.https, ports.https2],
    identity: node.identity('tomcat'),
    answer: certificateApi({ node, accounts, faults, exchanges, quirks, life }),
    stopping: quirks.stopping,
    life,
  });
  const restarts = new Restarts({ node, tomcat, faults, exchanges, restartMs: options.restartMs ?? 1500 });
  const world: CliWorld = { node, tomcat, host, quirks, faults, restartTomcat: (tell) => restarts.restart(tell) };
  const ssh = await SshPort.open({ host, port: ports.ssh, accounts, world, life }).catch(async (error: unknown) => {
    await tomcat[Symbol.asyncDispose]();
    throw error;
  });
  const dispose = async (): Promise<void> => {
    end.abort();
    await Promise.all([ssh[Symbol.asyncDispose](), tomcat[Symbol.asyncDispose]()]);
  };
  return { host, quirks, ...view({ node, tomcat, ssh, restarts, accounts }), [Symbol.asyncDispose]: dispose };
}

function accountsOf({ user, password, readOnlyUser }: VosSimOptions): Accounts {
  const readOnly = readOnlyUser ? [{ ...readOnlyUser, privilege: 0 }] : [];
  return new Accounts([{ user, password, privilege: 1 }, ...readOnly]);
}

interface Parts {
  readonly node: VosNode;
  readonly tomcat: Tomcat;
  readonly ssh: SshPort;
  readonly restarts: Restarts;
  readonly accounts: Accounts;
}

function view({ node, tomcat, ssh, restarts, accounts }: Parts) {
  const [httpsPort = 0, tomcatPort2 = 0] = tomcat.ports;
  const { certificate } = node.identity('tomcat');
  return {
    httpsPort,
    tomcatPort2,
    sshPort: ssh.port,
    sshHostKey: ssh.hostKey,
    certificateSha256: certificate.sha256,
    certificatePem: certificate.pem,
    servedSha256: () => tomcat.served.certificate.sha256,
    installedSha256: () => node.identity('tomcat').certificate.sha256,
    pendingCsr: () => node.pendingCsr('tomcat'),
    restarts: () => restarts.count,
    isRestarting: () => tomcat.state !== 'STARTED',
    trustSha256: () => node.trust('tomcat').certificates.map((trusted) => trusted.sha256),
    failedLogins: () => accounts.failures,
  };
}
