import type { ServerChannel } from 'ssh2';
import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../domain/secret.ts';
import type { SshTarget } from './ssh.ts';
import { createSshDialer } from './ssh2-dialer.ts';
import {
  type SshServerScript,
  scriptedShell,
  sendPieces,
  startSshServer,
  type TestSshServer,
} from './testing/ssh-server.ts';
import { startTcpServer } from './testing/tls-server.ts';

const never = new AbortController().signal;
const PROMPT = 'admin:';
const WELCOME =
  'Command Line Interface is starting up, please wait ...\r\n\r\n   Welcome to the Platform Command Line Interface\r\n\r\n';

const plainShell = scriptedShell([WELCOME, `${PROMPT}`], (line) => `you said ${line}\r\n${PROMPT}`);
const script = (over: Partial<SshServerScript> = {}): SshServerScript => ({
  password: 'right one',
  methods: ['keyboard-interactive', 'password'],
  shell: plainShell,
  ...over,
});

const dialer = createSshDialer({ loginMs: 5000, promptMs: 2000, nudgeAfterMs: 50, settleMs: 30 });

function target(server: TestSshServer, over: Partial<SshTarget> = {}): SshTarget {
  return {
    host: '127.0.0.1',
    port: server.port,
    user: 'admin',
    password: new Secret('right one'),
    hostKeys: [server.hostKey],
    legacyAlgorithms: false,
    prompt: /(?:^|\n)admin:\s*$/,
    ...over,
  };
}

describe('login', () => {
  test.each([
    [['keyboard-interactive', 'password'], ['keyboard-interactive: right one']],
    [['keyboard-interactive'], ['keyboard-interactive: right one']],
    [['password'], ['password: right one']],
  ] as const)('to a server that offers %j sends the password once', async (methods, passwords) => {
    await using server = await startSshServer(script({ methods }));

    await using shell = await dialer.open(target(server), never);

    expect(await shell.command('hello', never)).toBe('you said hello');
    expect(server.passwords).toEqual(passwords);
  });

  test.each([[['keyboard-interactive', 'password']], [['keyboard-interactive']], [['password']]] as const)(
    'a wrong password is sent once, whatever is offered (%j)',
    async (methods) => {
      await using server = await startSshServer(script({ methods }));

      const opened = dialer.open(target(server, { password: new Secret('wrong one') }), never);

      await expect(opened).rejects.toMatchObject({
        code: 'APPLIANCE_DENIED',
        message: expect.stringContaining('admin'),
      });
      expect(server.passwords).toHaveLength(1);
      expect(server.tried.length).toBeLessThanOrEqual(2);
    },
  );

  test.each([[['keyboard-interactive']], [['password']]] as const)(
    'sends every printable character as it is (%j)',
    async (methods) => {
      const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
      const whole = `${password}äß€☎`;
      await using server = await startSshServer(script({ methods, password: whole }));

      await using shell = await dialer.open(target(server, { password: new Secret(whole) }), never);

      expect(await shell.command('hello', never)).toBe('you said hello');
      expect(server.passwords).toEqual([`${methods[0]}: ${whole}`]);
    },
  );

  test('never answers a second question, such as for a new password', async () => {
    await using server = await startSshServer(script({ secondPrompt: 'New password: ' }));

    const opened = dialer.open(target(server), never);

    await expect(opened).rejects.toMatchObject({
      code: 'APPLIANCE_DENIED',
      message: expect.stringContaining('New password:'),
    });
    expect(server.passwords).toEqual(['keyboard-interactive: right one']);
  });

  test.each([
    ['another host key', ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']],
    ['no host key', []],
  ])('with %s pinned, shows the one seen and sends nothing', async (_, hostKeys) => {
    await using server = await startSshServer(script());

    const opened = dialer.open(target(server, { hostKeys }), never);

    await expect(opened).rejects.toMatchObject({
      code: 'APPLIANCE_NOT_TRUSTED',
      message: expect.stringContaining(server.hostKey),
    });
    expect(server.tried).toEqual([]);
  });

  test('hostKey shows the key and sends no credentials', async () => {
    await using server = await startSshServer(script());

    const key = await dialer.hostKey({ host: '127.0.0.1', port: server.port }, never);

    expect(key).toBe(server.hostKey);
    expect(server.tried).toEqual([]);
  });

  test('to an old server only when its algorithms are allowed', async () => {
    await using server = await startSshServer(script({ isOld: true }));

    const modern = dialer.open(target(server), never).catch((err) => err);
    await using legacy = await dialer.open(target(server, { legacyAlgorithms: true }), never);

    expect(await modern).toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
      message: expect.stringContaining('algorithm'),
    });
    expect(await legacy.command('hello', never)).toBe('you said hello');
  });
});

describe('no login', () => {
  test.each([
    ['a server that stays silent', () => {}],
    ['a server that hangs up', (socket: { end(): void }) => socket.end()],
    ['something that is no SSH server', (socket: { end(text: string): void }) => socket.end('HTTP/1.1 400 No\r\n\r\n')],
  ])('%s is unreachable', async (_, accept) => {
    await using server = await startTcpServer(accept);
    const impatient = createSshDialer({ loginMs: 200 });
    const at = { host: '127.0.0.1', port: server.port };
    const { prompt, user } = { prompt: /x/, user: 'admin' };

    const opened = impatient.open(
      { ...at, user, password: new Secret('x'), hostKeys: [], legacyAlgorithms: false, prompt },
      never,
    );
    const looked = impatient.hostKey(at, never);

    await expect(opened).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
    await expect(looked).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });

  test('an abort rejects with its reason and leaves no session', async () => {
    await using server = await startSshServer(script({ shell: () => {} }));
    const abort = new AbortController();

    const opened = dialer.open(target(server), abort.signal).catch((err) => err);
    await vi.waitFor(() => expect(server.passwords).toHaveLength(1), { timeout: 10_000 });
    abort.abort(new Error('enough'));

    expect(await opened).toMatchObject({ message: 'enough' });
    await expect.poll(() => server.open).toBe(0);
  });
});

describe('the first prompt', () => {
  test.each([
    ['split over packets', [WELCOME, 'ad', 'min', ':']],
    ['with escape codes split over packets', [WELCOME, '\x1b[1', 'madmin:\x1b', '[0m']],
    ['drawn again after a carriage return', [`${WELCOME}admin:\r\n`, '\radmin:']],
    ['after a banner that speaks of an ERROR', ['ERROR: authorized users only. FAILED logins are logged.\r\n', PROMPT]],
  ])('is seen %s', async (_, greeting) => {
    const shell = scriptedShell(greeting, (line) => `you said ${line}\r\n${PROMPT}`);
    await using server = await startSshServer(script({ shell }));

    await using opened = await dialer.open(target(server), never);

    expect(await opened.command('hello', never)).toBe('you said hello');
  });

  test('is asked for with one empty line when none comes after the welcome text', async () => {
    const lines: string[] = [];
    const shell = scriptedShell([WELCOME], (line) => {
      lines.push(line);
      return PROMPT;
    });
    await using server = await startSshServer(script({ shell }));

    await using opened = await dialer.open(target(server), never);

    expect(opened).toBeDefined();
    expect(lines).toEqual(['']);
  });

  test('that never comes is unreachable, with the text so far and one empty line sent', async () => {
    const lines: string[] = [];
    const shell = scriptedShell([WELCOME], (line) => {
      lines.push(line);
      return 'System is starting\r\n';
    });
    await using server = await startSshServer(script({ shell }));
    const impatient = createSshDialer({ promptMs: 2_000, nudgeAfterMs: 20 });

    const opened = impatient.open(target(server), never);

    await expect(opened).rejects.toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
      evidence: { body: expect.stringContaining('System is starting') },
    });
    expect(lines).toEqual(['']);
    await expect.poll(() => server.open).toBe(0);
  });
});

describe('a command', () => {
  test('returns what came before the next prompt, without echo, escapes and carriage returns', async () => {
    const shell = scriptedShell([PROMPT], () => '\x1b[1mone\x1b[0m\r\ntwo\r\n\x1b[Kadmin:');
    await using server = await startSshServer(script({ shell }));
    await using opened = await dialer.open(target(server), never);

    expect(await opened.command('show', never)).toBe('one\ntwo');
    expect(await opened.command('show', never)).toBe('one\ntwo');
  });

  test('is not ended by a prompt that was still on its way when it was sent', async () => {
    const shell = (channel: ServerChannel) => {
      channel.write(PROMPT);
      channel.once('data', () => sendPieces(channel, ['\r\n\radmin:', 'hello\r\n', `you said hello\r\n${PROMPT}`]));
    };
    await using server = await startSshServer(script({ shell }));
    await using opened = await dialer.open(target(server), never);

    expect(await opened.command('hello', never)).toBe('you said hello');
  });

  test('shows its output as it comes', async () => {
    const shell = scriptedShell([PROMPT], (_, channel) => {
      sendPieces(channel, ['one\r\n', 'two\r\n', PROMPT]);
      return '';
    });
    await using server = await startSshServer(script({ shell }));
    await using opened = await dialer.open(target(server), never);
    const seen: string[] = [];

    await opened.command('show', never, (soFar) => seen.push(soFar));

    expect(seen).toContain('one\n');
    expect(seen).toContain('one\ntwo\n');
  });

  test('goes on through pagers and leaves them out', async () => {
    const keys: string[] = [];
    const pages = [
      'list\r\none\r\n\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m',
      '\r\ntwo\r\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines 1 - 2 of 3) : ',
      '\r\nthree\r\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines 3 - 3 of 3) : ',
      `\r\n${PROMPT}`,
    ];
    const shell = (channel: ServerChannel) => {
      channel.write(PROMPT);
      channel.on('data', (chunk: Buffer) => {
        keys.push(chunk.toString());
        channel.write(pages.shift() ?? '');
      });
    };
    await using server = await startSshServer(script({ shell }));
    await using opened = await dialer.open(target(server), never);

    const output = await opened.command('list', never);

    expect(output.split('\n').filter((line) => line !== '')).toEqual(['one', 'two', 'three']);
    expect(keys).toEqual(['list\n', ' ', 'n', 'q']);
  });
});

describe('a command without a prompt after it', () => {
  test('whose session closes is unreachable, with the text so far', async () => {
    const shell = scriptedShell([PROMPT], (_, channel) => {
      sendPieces(channel, ['Cisco Tomcat[STOPPING]\r\n']);
      setTimeout(() => channel.end(), 30);
      return '';
    });
    await using server = await startSshServer(script({ shell }));
    await using opened = await dialer.open(target(server), never);

    const command = opened.command('restart', never);

    await expect(command).rejects.toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
      evidence: { body: expect.stringContaining('Cisco Tomcat[STOPPING]') },
    });
    await expect(opened.command('again', never)).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });

  test('that outlasts a deadline is unreachable; an abort rejects with its reason', async () => {
    const shell = scriptedShell([PROMPT], () => 'working');
    await using server = await startSshServer(script({ shell }));
    await using first = await dialer.open(target(server), never);
    await using second = await dialer.open(target(server), never);
    const [deadline, abort] = [new AbortController(), new AbortController()];
    const overdue = new DOMException('too late', 'TimeoutError');

    const late = first.command('restart', deadline.signal, (soFar) => {
      if (soFar === 'working') deadline.abort(overdue);
    });
    const aborted = second.command('restart', abort.signal, () => abort.abort(new Error('enough')));

    await Promise.all([
      expect(late).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE', evidence: { body: 'restart\nworking' } }),
      expect(aborted).rejects.toThrow('enough'),
    ]);
  });

  test('leaves no session after disposal', async () => {
    await using server = await startSshServer(script());
    const opened = await dialer.open(target(server), never);

    await opened[Symbol.asyncDispose]();

    await expect.poll(() => server.open).toBe(0);
    await expect(opened.command('hello', never)).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });
});
