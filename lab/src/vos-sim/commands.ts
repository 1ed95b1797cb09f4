import type { Account } from './accounts.ts';
import { between, type Quirks } from './chance.ts';
import { SERVICES, type VosNode } from './node.ts';
import { ACTIVATED_SERVICES, serviceLines } from './services.ts';
import type { Tomcat, TomcatState } from './tomcat.ts';

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
  readonly node: VosNode;
  readonly tomcat: Tomcat;
  readonly host: string;
  readonly quirks: Quirks;
  readonly faults: { has(name: 'no-started-line' | 'restart-drops-session' | 'banner-error-word'): boolean };
  restartTomcat(tell: (state: TomcatState) => void): Promise<void>;
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
const TOMCAT = 'Cisco Tomcat';

/** Runs one line of input. Service names are case-sensitive, and so is everything else. */
export async function runCommand(line: string, context: CommandContext): Promise<void> {
  const typed = line.trim().replaceAll(/\s+/g, ' ');
  if (typed === '') return;
  const command = COMMANDS.find((one) => (one.argument ? typed.startsWith(`${one.words} `) : typed === one.words));
  if (!command || context.account.privilege < command.privilege) return await context.print(NO_SUCH_COMMAND);
  await context.pause(5, 60);
  await command.run(context, typed.slice(command.words.length + 1));
}

async function showVersion({ page }: CommandContext): Promise<void> {
  await page([
    'Active Master Version: 15.0.1.12900-234',
    'Active Version Installed Software Options:',
    'No Installed Software Options Found.',
    '',
  ]);
}

async function showMyself({ page, account, world }: CommandContext): Promise<void> {
  await page([
    `Machine Name    : ${shortName(world.node)}`,
    `account name    : ${account.user}`,
    `privilege level : ${account.privilege === 0 ? 0 : world.quirks.adminLevel}`,
    'command count   : disabled',
    'logging setting : disabled',
    '',
  ]);
}

async function showCluster({ page, world }: CommandContext): Promise<void> {
  const { node, host } = world;
  await page([`${host} ${node.name} ${shortName(node)} Publisher callmanager DBPub authenticated`, '']);
}

async function listCertificates({ page, world }: CommandContext): Promise<void> {
  await page(SERVICES.map((service) => `${service}/${service}.pem: ${originOf(service, world.node)}`));
}

async function listServices({ print, page, pause, world }: CommandContext): Promise<void> {
  await print('Requesting service status, please wait...\n');
  await pause(5, 60);
  await page(serviceLines(world.tomcat.state));
}

async function paginate({ print, setPagination }: CommandContext, on: boolean): Promise<void> {
  setPagination(on);
  await print(`Automatic pagination is turned ${on ? 'on' : 'off'}\n`);
}

async function restartService(context: CommandContext, name: string): Promise<void> {
  if (!ACTIVATED_SERVICES.includes(name)) return await context.print(FAILED);
  await context.print(
    'Do not press Ctrl+C while the service is restarting. If the service has not restarted properly, execute the same command again.\n',
  );
  await context.print('Service Manager is running\n');
  await (name === TOMCAT ? restartTomcat(context) : pretendToRestart(context, name));
}

/** Resolves when the prompt comes back, which may be long before Tomcat does. */
async function restartTomcat({ print, drop, world }: CommandContext): Promise<void> {
  await new Promise<void>((resolve) => {
    const tell = (state: TomcatState): void => {
      if (state === 'STARTED' && world.faults.has('no-started-line')) return;
      void print(`${TOMCAT}[${state}]\n`.repeat(state === 'STARTED' ? 1 : between(1, 2)));
      if (state === 'STARTING' && world.faults.has('restart-drops-session')) drop();
      if (state === 'STARTING' && world.faults.has('no-started-line')) resolve();
    };
    world.restartTomcat(tell).then(resolve, () => {
      void print(`${TOMCAT}[STOPPED]  Component is not running\n`);
      resolve();
    });
  });
}

async function pretendToRestart({ print, pause }: CommandContext, name: string): Promise<void> {
  for (const state of ['STOPPING', 'STARTING', 'STARTED']) {
    await pause(10, 60);
    await print(`${name}[${state}]\n`);
  }
}

function originOf(service: (typeof SERVICES)[number], node: VosNode): string {
  const { certificate } = node.identity(service);
  const isSelfSigned = certificate.parsed.verify(certificate.parsed.publicKey);
  return isSelfSigned
    ? 'Self-signed certificate generated by system'
    : `Certificate Signed by ${certificate.issuerName}`;
}

function shortName(node: VosNode): string {
  return node.name.split('.')[0] ?? node.name;
}
