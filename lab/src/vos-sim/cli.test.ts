import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cli, eventually, type Lab, logIn, startLab } from './testing.ts';

const PASSWORD = 'colon:and ünicode';
const PAGER = 'Press <enter> for 1 line, <space> for one page, or <q> to quit';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ quirks: { adminLevel: 4 } });
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('logging in', () => {
  test.each(['keyboard-interactive', 'password'] as const)('by %s', async (method) => {
    const client = await logIn(lab.sim, { username: 'certadmin', password: PASSWORD, authHandler: [method] });

    client.end();
    await once(client, 'close');
  });

  test('the host key is the one that the simulator tells', async () => {
    let seen = '';

    const client = await logIn(lab.sim, {
      username: 'reader',
      password: 'look',
      hostVerifier: (key: Buffer) => {
        seen = `SHA256:${createHash('sha256').update(key).digest('base64').replace('=', '')}`;
        return true;
      },
    });

    client.end();
    expect(seen).toBe(lab.sim.sshHostKey);
  });

  test('a wrong password is refused and counted', async () => {
    const before = lab.sim.failedLogins();

    const entering = logIn(lab.sim, { username: 'certadmin', password: 'guess', authHandler: ['password'] });

    await expect(entering).rejects.toThrow('All configured authentication methods failed');
    expect(lab.sim.failedLogins()).toBe(before + 1);
  });

  test('after six wrong passwords the connection ends', async () => {
    let tries = 0;

    const entering = logIn(lab.sim, {
      username: 'certadmin',
      password: 'guess',
      authHandler: (_left: unknown, _partial: unknown, next: (method: 'password') => void) => {
        tries += 1;
        next('password');
      },
    });

    await expect(entering).rejects.toThrow();
    await eventually(() => expect(tries).toBe(6));
  });
});

describe('the session', () => {
  test('a command without a shell gets the start-up banner and nothing else', async () => {
    const client = await logIn(lab.sim, { username: 'certadmin', password: PASSWORD });
    const output = await new Promise<string>((resolve, reject) => {
      let text = '';
      client.exec('show version active', (error, channel) => {
        if (error) return reject(error);
        channel.on('data', (data: Buffer) => {
          text += data.toString();
        });
        channel.on('close', () => resolve(text));
      });
    });

    client.end();
    expect(output).toContain('Welcome to the Platform Command Line Interface');
    expect(output).not.toContain('Active Master Version');
    expect(output).not.toContain('admin:');
  });

  test('a shell greets and gives a prompt', async () => {
    await using cli = await Cli.open(lab.sim);

    await cli.prompt();

    expect(cli.output).toMatch(/^Command Line Interface is starting up, please wait \.\.\.\r\n/);
    expect(cli.output).toContain('\r\nVMware Installation:\r\n\t2 vCPU');
    expect(cli.output).not.toContain('ERROR');
  });

  test('no prompt comes in one piece', async () => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    for (let prompts = 0; prompts < 15; prompts += 1) await cli.command('');

    expect(cli.packets.filter((packet) => packet.includes('admin:'))).toEqual([]);
  });

  test('banner-error-word', async () => {
    lab.faults.on('banner-error-word');
    await using cli = await Cli.open(lab.sim);

    await cli.prompt();

    lab.faults.off('banner-error-word');
    expect(cli.output).toContain('ERROR');
  });

  test.each(['quit', 'exit'])('%s ends it', async (word) => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    cli.press(`${word}\r`);

    await eventually(() => expect(cli.isClosed).toBe(true));
  });

  test('what is typed comes back, corrections and all', async () => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    const output = await cli.command('show mysex\x7flf');

    expect(output.startsWith('show mysex\b \blf\r\n')).toBe(true);
    expect(output).toContain('privilege level : 4');
  });

  test('Ctrl-C at the prompt drops the line', async () => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    cli.press('utils service restart Cisco Tom\x03');

    await eventually(() => expect(cli.output).toMatch(/\^C\r\n\r?admin:$/));
    expect(await cli.command('show myself')).toContain('account name    : certadmin');
  });
});

describe('commands', () => {
  let session: Cli;

  beforeAll(async () => {
    session = await Cli.open(lab.sim);
    await session.prompt();
  });

  afterAll(() => session[Symbol.asyncDispose]());

  test.each([
    ['show version active', /^Active Master Version: 15\.[\d.]+-\d+$/m],
    ['show network cluster', /^127\.0\.0\.1 cucm-pub\.lab\.example\.com cucm-pub Publisher callmanager DBPub /m],
    ['show cert list own', /^tomcat\/tomcat\.pem: Self-signed certificate generated by system$/m],
    ['  show   version  active ', /^Active Master Version/m],
    ['Show Version Active', /^No valid command entered$/m],
    ['show me the money', /^Executed command unsuccessfully$/m],
    ['utils service restart Cisco tomcat', /^Executed command unsuccessfully$/m],
    ['utils service restart Cisco Tftp', /^Cisco Tftp\[STARTED\]$/m],
  ])('%s', async (line, expected) => {
    const output = await session.command(line);

    expect(output.replaceAll('\r', '')).toMatch(expected);
  });

  test('a long output stops at each screen until pagination is off', async () => {
    await using cli = await Cli.open(lab.sim, { rows: 12 });
    await cli.prompt();

    cli.press('utils service list\n');
    await eventually(() => expect(cli.output).toContain(PAGER));
    const firstScreen = cli.output;
    cli.press('\r');
    await eventually(() => expect(cli.output.split(PAGER)).toHaveLength(3));
    const afterOneLine = cli.output.slice(firstScreen.length);
    cli.press('q');
    await eventually(() => expect(cli.output).toMatch(/admin:$/));
    const turnedOff = await cli.command('set cli pagination off');
    const whole = await cli.command('utils service list');

    expect(firstScreen).not.toContain('Cisco Tomcat[STARTED]');
    expect(afterOneLine.split('\r\n')).toHaveLength(2);
    expect(turnedOff).toContain('Automatic pagination is turned off');
    expect(whole).toContain('Cisco Tomcat[STARTED]');
    expect(whole).not.toContain(PAGER);
  });

  test('Ctrl-C leaves the pager', async () => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();
    cli.press('utils service list\n');
    await eventually(() => expect(cli.output).toContain(PAGER));

    cli.press('\x03');

    await eventually(() => expect(cli.output).toMatch(/\^C\r\n\r?admin:$/));
    expect(await cli.command('show myself')).toContain('account name');
  });

  test('privilege 0 may look, and may not restart', async () => {
    await using cli = await Cli.open(lab.sim, { user: 'reader', password: 'look' });
    await cli.prompt();

    const myself = await cli.command('show myself');
    const restart = await cli.command('utils service restart Cisco Tomcat');

    expect(myself).toContain('privilege level : 0');
    expect(restart).toContain('Executed command unsuccessfully');
    expect(lab.sim.isRestarting()).toBe(false);
    expect(lab.sim.restarts()).toBe(0);
  });
});
