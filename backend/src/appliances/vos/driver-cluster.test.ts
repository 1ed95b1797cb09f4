import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { sha256OfPem } from '../../domain/certificate.ts';
import { makeCertificate, type TestCertificate } from '../../plugins/testing/certificates.ts';
import type { Listener } from '../../plugins/testing/tls-server.ts';
import type { ActivationAction, ApplianceDriver } from '../driver.ts';
import {
  type Answers,
  driverFor,
  type FakeShell,
  PASSWORD,
  type Script,
  shellOf,
  snapshotOf,
  startApi,
  startShell,
} from './testing/fake-node.ts';

const never = new AbortController().signal;
const SLOT = 'tomcat';
const CSR = 'POST /csr';

let certificate: TestCertificate;
let root: TestCertificate;
let leaf: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate({ commonName: 'cucm.example.com' });
  root = await makeCertificate({ commonName: 'Root', isCa: true });
  leaf = await makeCertificate({ commonName: 'cucm.example.com', issuer: root });
});

/** A node of the cluster: what it holds can be changed while a test runs. */
interface Member {
  readonly name: string;
  readonly role?: 'imp';
  readonly api: Listener;
  readonly shell: FakeShell;
  readonly trusts: TestCertificate[];
  installed: TestCertificate;
}

interface MemberOptions {
  readonly role?: 'imp';
  readonly answers?: Answers;
  readonly password?: string;
  readonly script?: Script;
  readonly installed?: TestCertificate;
  /** Seconds that its clock is ahead. */
  readonly ahead?: number;
}

let members: Member[];

beforeEach(() => {
  members = [];
});

async function join(name: string, options: MemberOptions = {}): Promise<Member> {
  const trusts: TestCertificate[] = [];
  const snapshot: Script[string] = () => {
    const date = new Date(Date.now() + (options.ahead ?? 0) * 1000).toUTCString();
    const held = { certificate: member.installed.certPem };
    return [200, snapshotOf(held, trusts, { server: name }), [`Date: ${date}`]];
  };
  const upload: Script[string] = () => {
    trusts.push(root);
    return [201, {}];
  };
  const script = { 'GET /snapshot/server': snapshot, 'POST /trust/certificates': upload, ...options.script };
  const api = await startApi(certificate, script);
  const shell = await startShell(options.answers, options.password);
  const { role } = options;
  const member: Member = {
    name,
    api,
    shell,
    trusts,
    installed: options.installed ?? certificate,
    ...(role ? { role } : {}),
  };
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await shell[Symbol.asyncDispose]();
  });
  members.push(member);
  return member;
}

/** The connection to all members; the first is the publisher. */
function cluster(settings: object = {}): ApplianceDriver {
  const [publisher, ...others] = members;
  if (!publisher) throw new Error('A cluster has a publisher.');
  const nodes = others.map(({ name, role, api, shell }) => ({
    host: '127.0.0.1',
    serverName: name,
    apiPort: api.port,
    sshPort: shell.port,
    sshHostKeys: [shell.hostKey],
    ...(role ? { role } : {}),
  }));
  const { name, api, shell } = publisher;
  const shared = { serverName: name, distribution: 'multi-server', nodes };
  return driverFor(certificate, api, { ...shared, ...settings }, shell);
}

function activationOf({ activation }: ApplianceDriver) {
  if (!activation) throw new Error('The vos driver restarts services.');
  return activation;
}

async function begin(driver: ApplianceDriver, action: ActivationAction | undefined): Promise<number> {
  let accepted = 0;
  const count = async () => {
    accepted += 1;
  };
  await activationOf(driver).start(action as ActivationAction, count, never);
  return accepted;
}

describe('the request', () => {
  const asked = (member: Member) => member.api.received.match(/"distribution":"[^"]*"/g) ?? [];
  const ask = () => cluster().csr?.create(SLOT, { commonName: 'a.example.com', dnsNames: ['a.example.com'] }, never);

  test.each([
    ['multi-server', ['multi-server']],
    ['multi-server(SAN)', ['multi-server', 'multi-server(SAN)']],
  ])('of a node that wants %s is made with it, on the publisher alone', async (spelling, tried) => {
    const publisher = await join('pub.example.com', {
      script: {
        [CSR]: (body) =>
          JSON.parse(body).distribution === spelling ? [200, {}] : [400, { messages: ['Invalid distribution'] }],
      },
    });
    const subscriber = await join('sub.example.com');

    await expect(ask()).rejects.toMatchObject({ code: 'APPLIANCE_PROTOCOL' });

    expect(asked(publisher)).toEqual(tried.map((value) => `"distribution":"${value}"`));
    expect(publisher.api.received).toContain('"commonName":"a.example.com"');
    expect(subscriber.api.received).not.toContain('POST /csr');
  });

  test('that is refused for another reason says that reason', async () => {
    await join('pub.example.com', {
      script: {
        [CSR]: (body) =>
          JSON.parse(body).distribution === 'multi-server'
            ? [400, { messages: ['Invalid distribution'] }]
            : [400, { messages: ['Invalid host name: a'] }],
      },
    });

    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('Invalid host name: a') });
  });

  test('of an elliptic-curve slot asks for such a key', async () => {
    const publisher = await join('pub.example.com', { script: { [CSR]: () => [403, {}] } });
    const { csr } = cluster({ ecKeyLength: '384' });

    await expect(csr?.create('tomcat-ECDSA', { commonName: 'a', dnsNames: ['a'] }, never)).rejects.toThrow();

    expect(publisher.api.received).toContain('"keyType":"ec","keyLength":384,"hashAlgorithm":"sha384"');
  });
});

describe('installing', () => {
  const chain = () => ({ leafPem: leaf.certPem, intermediatesPem: [], rootPem: root.certPem });

  test('succeeds when every node holds the certificate', async () => {
    await join('pub.example.com', { installed: leaf });
    await join('sub.example.com', { installed: leaf });

    expect(await cluster().install(SLOT, chain(), { held: 'appliance' }, never)).toEqual({
      changed: false,
      sha256: leaf.sha256,
    });
  });

  test('names the nodes that did not get it', async () => {
    await join('pub.example.com', { installed: leaf });
    await join('sub1.example.com', { installed: leaf });
    await join('sub2.example.com');

    const failure = await cluster()
      .install(SLOT, chain(), { held: 'appliance' }, never)
      .catch((error) => error);

    expect(failure).toMatchObject({ code: 'APPLIANCE_BUSY' });
    expect(failure.message).toContain('sub2.example.com');
    expect(failure.message).not.toContain('sub1.example.com');
  });

  test('names a node that is down', async () => {
    await join('pub.example.com', { installed: leaf });
    const down = await join('sub.example.com');
    await down.api[Symbol.asyncDispose]();

    await expect(cluster().install(SLOT, chain(), { held: 'appliance' }, never)).rejects.toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
      message: expect.stringContaining('sub.example.com'),
    });
  });
});

describe('trust', () => {
  test('is added on each node that lacks it, the publisher first', async () => {
    const publisher = await join('pub.example.com');
    const has = await join('sub1.example.com');
    const lacks = await join('sub2.example.com');
    has.trusts.push(root);

    const added = await cluster().trust?.ensure(SLOT, [root.certPem], never);

    expect(added).toEqual([root.sha256]);
    const uploads = [publisher, has, lacks].map(({ api }) => api.received.includes('POST /platformcom'));
    expect(uploads).toEqual([true, false, true]);
  });

  test('is shown node by node', async () => {
    const publisher = await join('pub.example.com');
    const subscriber = await join('sub.example.com');
    publisher.trusts.push(root);
    subscriber.trusts.push(root, leaf);

    const entries = await cluster().trust?.view?.(SLOT, never);

    expect(entries?.map(({ node, sha256 }) => [node, sha256])).toEqual([
      ['pub.example.com', root.sha256],
      ['sub.example.com', root.sha256],
      ['sub.example.com', sha256OfPem(leaf.certPem)],
    ]);
  });
});

describe('restarts', () => {
  test('go node by node: publisher, subscribers, then IM and Presence, each with its own endpoints', async () => {
    await join('pub.example.com');
    await join('imp.example.com', { role: 'imp', answers: shellOf({ services: ['Cisco Tomcat'] }) });
    await join('sub.example.com', { answers: shellOf({ services: ['Cisco Tomcat', 'Cisco AXL Tomcat'] }) });
    const driver = cluster({ servedPorts: [8443] });

    const plan = await activationOf(driver).plan(SLOT, never);

    expect(plan.map(({ id }) => id)).toEqual([
      'pub.example.com/Cisco Tomcat',
      'pub.example.com/Cisco UDS Tomcat',
      'pub.example.com/Cisco AXL Tomcat',
      'pub.example.com/Cisco Tftp',
      'sub.example.com/Cisco Tomcat',
      'sub.example.com/Cisco AXL Tomcat',
      'imp.example.com/Cisco Tomcat',
    ]);
    const served = plan.filter(({ endpoints }) => endpoints.length > 0);
    expect(served.map(({ node, endpoints }) => [node, endpoints.map(({ serverName }) => serverName)])).toEqual([
      ['pub.example.com', ['pub.example.com']],
      ['sub.example.com', ['sub.example.com']],
      ['imp.example.com', ['imp.example.com']],
    ]);
    expect((await driver.endpoints(SLOT, never)).map(({ serverName }) => serverName)).toEqual([
      'pub.example.com',
      'sub.example.com',
      'imp.example.com',
    ]);
  });

  test('are foreseen from the settings alone, as many as nodes can then say at most', async () => {
    await join('pub.example.com');
    await join('sub.example.com');
    const activation = activationOf(cluster());

    const most = activation.most?.(SLOT);

    const planned = (await activation.plan(SLOT, never)).length;
    expect(planned).toBe(8);
    expect(most).toBe(11);
  });

  test('are followed by a look at the ports that the service answers at', async () => {
    await join('pub.example.com');

    const plan = await activationOf(cluster({ servedPorts: [8443, 6972] })).plan(SLOT, never);

    const ports = plan.map(({ service, endpoints }) => [service, endpoints.map(({ port }) => port)]);
    expect(Object.fromEntries(ports)).toMatchObject({ 'Cisco Tomcat': [8443], 'Cisco Tftp': [6972] });
  });

  test('happen on the node that is named, with its own account', async () => {
    const publisher = await join('pub.example.com');
    const subscriber = await join('sub.example.com', { password: 'of its own' });
    const driver = cluster({ nodeCredentials: 'sub.example.com osadmin of its own' });
    const plan = await activationOf(driver).plan(SLOT, never);
    const action = plan.find(({ id }) => id === 'sub.example.com/Cisco AXL Tomcat');

    const accepted = await begin(driver, action);

    expect(accepted).toBe(1);
    expect(await activationOf(driver).status(action as ActivationAction, never)).toBe('done');
    expect(subscriber.shell.lines).toContain('utils service restart Cisco AXL Tomcat');
    expect(publisher.shell.lines.filter((line) => line.startsWith('utils service restart'))).toEqual([]);
  });

  test('name a node that went down in between, and leave its state open', async () => {
    await join('pub.example.com');
    const subscriber = await join('sub.example.com');
    const driver = cluster();
    const action = (await activationOf(driver).plan(SLOT, never)).find(({ node }) => node === 'sub.example.com');
    await subscriber.shell[Symbol.asyncDispose]();

    const started = begin(driver, action);

    await expect(started).rejects.toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
      message: expect.stringMatching(/^sub\.example\.com: /),
    });
    expect(await activationOf(driver).status(action as ActivationAction, never)).toBe('unknown');
  });

  test('stop at a password that was changed, which is tried once', async () => {
    await join('pub.example.com');
    const subscriber = await join('sub.example.com', { password: 'changed' });

    const planned = activationOf(cluster()).plan(SLOT, never);

    await expect(planned).rejects.toMatchObject({
      code: 'APPLIANCE_DENIED',
      message: expect.stringMatching(/^sub\.example\.com: /),
    });
    expect(subscriber.shell.passwords).toHaveLength(1);
  });

  test('go over SOAP where that can be done, and never for Tomcat', async () => {
    const soap: Script[string] = () => [
      200,
      '<item><ServiceName>Cisco Tftp</ServiceName><ServiceStatus>Started</ServiceStatus></item>',
    ];
    const publisher = await join('pub.example.com', {
      script: { 'POST /controlcenterservice2/services/ControlCenterServices': soap },
    });
    const driver = cluster({ axlUser: 'axl', axlPassword: 'p', axlPort: publisher.api.port });
    const plan = await activationOf(driver).plan(SLOT, never);
    const actionOf = (service: string) => plan.find((action) => action.service === service);

    const accepted = [await begin(driver, actionOf('Cisco Tomcat')), await begin(driver, actionOf('Cisco Tftp'))];

    expect(accepted).toEqual([1, 1]);
    expect(await activationOf(driver).status(actionOf('Cisco Tftp') as ActivationAction, never)).toBe('done');
    const bySsh = publisher.shell.lines.filter((line) => line.startsWith('utils service restart'));
    expect(bySsh).toEqual(['utils service restart Cisco Tomcat']);
    expect(publisher.api.received).toContain('<soap:item>Cisco Tftp</soap:item>');
  });

  test('of phones ask for more than a click, and are not planned for an unknown release', async () => {
    const services = ['Cisco CallManager', 'Cisco CTIManager', 'Cisco HAProxy'];
    const old = await join('pub.example.com', { answers: shellOf({ version: '14.0.1.10000-20', services }) });
    const driver = cluster();
    const blind = cluster({ sshHostKeys: [] });

    const plan = await activationOf(driver).plan('CallManager', never);

    expect(plan.map(({ service, typedConfirmation = false }) => [service, typedConfirmation])).toEqual([
      ['Cisco CallManager', true],
      ['Cisco CTIManager', false],
      ['Cisco HAProxy', true],
    ]);
    expect(old.shell.lines.filter((line) => line.startsWith('utils service restart'))).toEqual([]);
    await expect(activationOf(blind).plan('CallManager', never)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
  });

  test('of one cluster take turns over all its connections', async () => {
    await join('pub.example.com');

    const ofPublisher = activationOf(cluster({ host: 'cucm-pub' }));
    const ofSubscriber = activationOf(
      cluster({ host: 'cucm-sub', publisher: 'CUCM-PUB', distribution: 'this-server', pauseSeconds: 5 }),
    );

    expect([ofPublisher.group, ofSubscriber.group]).toEqual(['cucm-pub', 'cucm-pub']);
    expect([ofPublisher.pauseMs, ofSubscriber.pauseMs]).toEqual([30_000, 5_000]);
  });

  test.each(['stranger.example.com/Cisco Tomcat', 'pub.example.com/Cisco Tomcat; reboot', 'Cisco Tomcat'])(
    '%j is none',
    async (id) => {
      const publisher = await join('pub.example.com');

      await expect(begin(cluster(), { id } as ActivationAction)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });

      expect(publisher.shell.lines).toEqual([]);
    },
  );
});

test('the nodes of the cluster are asked of the publisher', async () => {
  await join('pub.example.com', {
    answers: shellOf({ cluster: '10.0.0.2 sub.example.com sub Subscriber callmanager DBSub authenticated' }),
  });

  const discovered = await cluster().cluster?.discover(never);

  expect(discovered).toEqual([{ host: 'sub.example.com', address: '10.0.0.2', role: 'subscriber', joined: true }]);
});

describe('the check', () => {
  const NODES = [
    '10.0.0.1 pub.example.com pub Publisher callmanager DBPub authenticated',
    '10.0.0.2 sub.example.com sub Subscriber callmanager DBSub authenticated using TCP since today',
  ];
  const findingsOf = async (settings?: object) => {
    const findings = await cluster(settings).check(SLOT, ['pub.example.com', 'sub.example.com'], never);
    return Object.fromEntries(findings.map((finding) => [finding.id, finding]));
  };

  test('of a healthy cluster is good for every node', async () => {
    await join('pub.example.com', { answers: shellOf({ cluster: NODES.join('\r\n') }) });
    await join('sub.example.com');

    const findings = await findingsOf();

    expect(Object.values(findings).filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(Object.keys(findings)).toEqual(
      expect.arrayContaining(['appliance.credentials', 'appliance.credentials.sub.example.com', 'appliance.clock']),
    );
  });

  test('names a node that the connection leaves out', async () => {
    const more = [...NODES, '10.0.0.3 third.example.com third Subscriber callmanager DBSub authenticated'];
    await join('pub.example.com', { answers: shellOf({ cluster: more.join('\r\n') }) });
    await join('sub.example.com');

    const { 'appliance.cluster.nodes': finding } = await findingsOf();

    expect(finding).toMatchObject({ outcome: 'warn', answer: expect.stringContaining('third.example.com') });
    expect(finding?.answer).not.toContain('sub.example.com');
  });

  test('warns of a node of another version and of one whose clock is wrong', async () => {
    await join('pub.example.com');
    await join('sub.example.com', { answers: shellOf({ version: '14.0.1.13900-155' }), ahead: -3900 });

    const findings = await findingsOf();

    expect(findings['appliance.cluster.version']).toMatchObject({
      outcome: 'warn',
      answer: expect.stringContaining('sub.example.com has 14.0.1.13900-155'),
    });
    expect(findings['appliance.clock.sub.example.com']).toMatchObject({
      outcome: 'warn',
      answer: expect.stringContaining('65 minutes behind'),
    });
    expect(findings['appliance.clock']).toMatchObject({ outcome: 'ok' });
  });

  test('blocks on a node that is down, by name, and goes on with the others', async () => {
    await join('pub.example.com');
    const down = await join('sub.example.com');
    await down.api[Symbol.asyncDispose]();

    const findings = await findingsOf();

    expect(findings['appliance.reachable.sub.example.com']).toMatchObject({ outcome: 'block' });
    expect(findings['appliance.reachable']).toMatchObject({ outcome: 'ok' });
  });

  test('tells a locked account from a wrong password, and tries neither twice', async () => {
    const locked: Script = { 'GET /snapshot/server': () => [401, { messages: ['The account is locked'] }] };
    await join('pub.example.com');
    const subscriber = await join('sub.example.com', { script: locked });

    const findings = await findingsOf();

    expect(findings['appliance.credentials.sub.example.com']).toMatchObject({
      outcome: 'block',
      answer: expect.stringContaining('sub.example.com says that the account is locked'),
    });
    expect(findings['appliance.ssh-login.sub.example.com']).toMatchObject({ outcome: 'skipped' });
    expect(subscriber.shell.passwords).toEqual([]);
    expect(JSON.stringify(findings)).not.toContain(PASSWORD);
  });

  test('blocks a multi-server certificate that would not be made on the publisher', async () => {
    await join('pub.example.com');

    const findings = await findingsOf({ publisher: 'another.example.com' });

    expect(findings['appliance.cluster.publisher']).toMatchObject({ outcome: 'block' });
  });
});
