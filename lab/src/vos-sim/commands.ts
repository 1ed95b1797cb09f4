import type { FaultView } from '../faults.ts';
import type { Account } from './accounts.ts';
import { between, type Quirks } from './chance.ts';
import type { ClusterMembers, Member } from './cluster-members.ts';
import { networkCluster } from './network-cluster.ts';
import type { VosNode } from './node.ts';
import type { ServiceManager } from './service-manager.ts';
import { type ServiceState, serviceLines, TOMCAT } from './services.ts';

/** What a command may use. After Ctrl-C nothing of it is shown any more. */
export interface CommandContext {
  readonly account: Account;
  readonly world: CliWorld;
  print(text: string): Promise<void>;
  /** Prints lines, through the pager when it is on. */
  page(lines: readonly string[]): Promise<void>;
  setPagination(on: boolean): void;
  pause(fewestMs: number, mostMs: number): Promise<void>;
  /** Cuts the SSH connection. */
  drop(): void;
}

/** What the CLI sees of the node. */
export interface CliWorld {
  readonly self: Member;
  readonly cluster: ClusterMembers;
  readonly services: ServiceManager;
  readonly quirks: Quirks;
  readonly faults: FaultView;
}

interface Command {
  readonly words: string;
  /** The least privilege level it takes. */
  readonly privilege: number;
  readonly argument?: 'required';
  run(context: CommandContext, argument: string): Promise<void>;
}

const COMMANDS: readonly Command[] = [
  { words: 'show version active', privilege: 0, run: showVersion },
  { words: 'show myself', privilege: 0, run: showMyself },
  { words: 'show network cluster', privilege: 0, run: showCluster },
  { words: 'show cert list own', privilege: 0, run: listCertificates },
  { words: 'utils service list', privilege: 0, run: listServices },
  { words: 'set cli pagination off', privilege: 1, run: (context) => paginate(context, false) },
  { words: 'set cli pagination on', privilege: 1, run: (context) => paginate(context, true) },
  { words: 'utils service restart', privilege: 1, argument: 'required', run: restartService },
];

const FAILED = 'Executed command unsuccessfully\n';
const NO_SUCH_COMMAND = `${FAILED}No valid command entered\n`;
const VERSION = '15.0.1.12900-234';
const OTHER_VERSION = '14.0.1.13900-155';

/** Runs one line of input. Service names are case-sensitive, and so is everything else. */
export async function runCommand(line: string, context: CommandContext): Promise<void> {
  const typed = line.trim().replaceAll(/\s+/g, ' ');
  if (typed === '') return;
  const command = COMMANDS.find((one) => (one.argument ? typed.startsWith(`${one.words} `) : typed === one.words));
  if (!command || context.account.privilege < command.privilege) return await context.print(NO_SUCH_COMMAND);
  await context.pause(5, 60);
  await command.run(context, typed.slice(command.words.length + 1));
}

async function showVersion({ page, world }: CommandContext): Promise<void> {
  const isOther = world.faults.has('sub-other-version') && world.self.node.role !== 'publisher';
  await page([
    `Active Master Version: ${isOther ? OTHER_VERSION : VERSION}`,
    'Active Version Installed Software Options:',
    'No Installed Software Options Found.',
    '',
  ]);
}

async function showMyself({ page, account, world }: CommandContext): Promise<void> {
  await page([
    `Machine Name    : ${world.self.node.shortName}`,
    `account name    : ${account.user}`,
    `privilege level : ${account.privilege === 0 ? 0 : world.quirks.adminLevel}`,
    'command count   : disabled',
    'logging setting : disabled',
    '',
  ]);
}

async function showCluster({ page, world }: CommandContext): Promise<void> {
  await page(networkCluster(world.self, world.cluster.all));
}

async function listCertificates({ page, world }: CommandContext): Promise<void> {
  const { node } = world.self;
  await page(node.slots.map(({ name }) => `${name}/${name}.pem: ${originOf(name, node)}`));
}

async function listServices({ print, page, pause, world }: CommandContext): Promise<void> {
  const { self, services } = world;
  await print('Requesting service status, please wait...\n');
  await pause(5, 60);
  await page(serviceLines(self.node.role, (service) => services.state(service)));
}

async function paginate({ print, setPagination }: CommandContext, on: boolean): Promise<void> {
  setPagination(on);
  await print(`Automatic pagination is turned ${on ? 'on' : 'off'}\n`);
}

async function restartService(context: CommandContext, name: string): Promise<void> {
  if (!context.world.services.has(name)) return await context.print(FAILED);
  await context.print(
    'Do not press Ctrl+C while the service is restarting. If the service has not restarted properly, execute the same command again.\n',
  );
  await context.print('Service Manager is running\n');
  await restart(context, name);
}

/** Resolves when the prompt comes back, which may be long before the service does. */
async function restart({ print, drop, world }: CommandContext, name: string): Promise<void> {
  const { services, faults, quirks } = world;
  const saysStarted = () => !faults.has('no-started-line') && (name !== TOMCAT || quirks.startedLine === 'printed');
  await new Promise<void>((resolve) => {
    const tell = (state: ServiceState): void => {
      if (state === 'STARTED' && !saysStarted()) return;
      void print(`${name}[${state}]\n`.repeat(state === 'STARTED' ? 1 : between(1, 2)));
      if (state === 'STARTING' && name === TOMCAT && faults.has('restart-drops-session')) drop();
      if (state === 'STARTING' && !saysStarted()) resolve();
    };
    services.restart(name, tell).then(resolve, () => {
      void print(`${name}[STOPPED]  Component is not running\n`);
      resolve();
    });
  });
}

function originOf(slot: string, node: VosNode): string {
  const { certificate } = node.identity(slot);
  const isSelfSigned = certificate.parsed.verify(certificate.parsed.publicKey);
  return isSelfSigned
    ? 'Self-signed certificate generated by system'
    : `Certificate Signed by ${certificate.issuerName}`;
}
