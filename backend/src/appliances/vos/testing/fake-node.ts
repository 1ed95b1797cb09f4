import type { PluginDeps } from '../../../plugins/plugin.ts';
import { createSshDialer } from '../../../plugins/ssh2-dialer.ts';
import type { TestCertificate } from '../../../plugins/testing/certificates.ts';
import { scriptedShell, startSshServer, type TestSshServer } from '../../../plugins/testing/ssh-server.ts';
import { httpAnswer, type Listener, startTlsServer } from '../../../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../../../plugins/undici-http.ts';
import type { ApplianceDriver } from '../../driver.ts';
import { vos } from '../index.ts';

export const PASSWORD = 'pass word#1';

/** Status and body for each `METHOD path` of the API; what is missing answers 404. A text is sent as it is. */
export type Script = Record<string, (body: string) => readonly [status: number, body: unknown, headers?: string[]]>;

/** The API of one node. Paths of the certificate API stand without what they all begin with. */
export function startApi(certificate: TestCertificate, script: Script): Promise<Listener> {
  return startTlsServer(
    () => certificate,
    (socket, received) => {
      const [head = '', body] = received.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      const call = head.split(' HTTP/')[0]?.replace('/platformcom/api/v1/certmgr/config', '') ?? '';
      const [status, answer, headers] = script[call]?.(body) ?? [404, {}];
      socket.end(httpAnswer(status, typeof answer === 'string' ? answer : JSON.stringify(answer), headers));
    },
  );
}

/** What a command of the VOS shell prints before the next prompt. */
export type Answers = (line: string) => string;

export const SERVICES = ['Cisco Tomcat', 'Cisco UDS Tomcat', 'Cisco AXL Tomcat', 'Cisco Tftp', 'Cisco DRF Local'];

/** Answers of a healthy node with a release and services. */
export function shellOf({
  version = '15.0.1.12900-234',
  services = SERVICES,
  cluster = '',
}: {
  readonly version?: string;
  readonly services?: readonly string[];
  readonly cluster?: string;
} = {}): Answers {
  return (line) => {
    if (line === 'show version active') return `Active Master Version: ${version}`;
    if (line === 'show myself') return 'privilege level : 4';
    if (line === 'show network cluster') return cluster;
    if (line === 'utils service list') return services.map((name) => `${name}[STARTED]`).join('\r\n');
    const restarted = /^utils service restart (.+)$/.exec(line)?.[1];
    return restarted ? `${restarted}[STOPPING]\r\n${restarted}[STARTING]\r\n${restarted}[STARTED]` : '';
  };
}

export interface FakeShell extends TestSshServer {
  readonly lines: readonly string[];
}

export async function startShell(answers: Answers = shellOf(), password = PASSWORD): Promise<FakeShell> {
  const lines: string[] = [];
  const server = await startSshServer({
    password,
    methods: ['keyboard-interactive'],
    shell: scriptedShell(['Welcome\r\n', '\r\nadmin:'], (line) => {
      lines.push(line);
      return `${answers(line)}\r\nadmin:`;
    }),
  });
  return Object.assign(server, { lines });
}

export const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: createSshDialer({ settleMs: 20 }),
  clock: { now: () => new Date(), sleepUntil: async () => {} },
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
};

/** A driver whose first node has its API at `api`, and its command line at `shell`. */
export function driverFor(
  certificate: TestCertificate,
  api: { readonly port: number },
  settings: object = {},
  shell?: FakeShell,
): ApplianceDriver {
  return vos.create(
    vos.settings.parse({
      host: '127.0.0.1',
      apiPort: api.port,
      user: 'admin',
      password: PASSWORD,
      trust: 'pin',
      pinnedSha256: [certificate.sha256],
      ...(shell ? { sshPort: shell.port, sshHostKeys: [shell.hostKey] } : {}),
      ...settings,
    }),
    deps,
  );
}

/** A snapshot that holds `identity` in its tomcat slot, and `trusts` in tomcat-trust. */
export function snapshotOf(
  identity: object,
  trusts: readonly TestCertificate[] = [],
  { server = 'cucm.example.com', store = 'tomcat-trust' } = {},
): object {
  return {
    server,
    identities: [
      { service: 'ipsec', certificate: 'x' },
      { service: 'tomcat', ...identity },
    ],
    trusts: [
      { service: 'CallManager-trust', certificate_data: [] },
      {
        service: store,
        certificate_data: [{ certificate: 'junk' }, ...trusts.map((each) => ({ certificate: each.certPem }))],
      },
    ],
  };
}
