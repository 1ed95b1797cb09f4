import { notifierPlugin } from '../../backend/src/notify/index.ts';
import type { Notifier } from '../../backend/src/notify/notifier.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { parseSettings } from '../../backend/src/plugins/settings.ts';
import { makeCertificate } from '../../backend/src/plugins/testing/certificates.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { startApprise } from '../support/notify/apprise.ts';
import { startService, type TestService } from '../support/notify/service.ts';
import { type SlackPayload, startSlack } from '../support/notify/slack.ts';
import { decoded, startMailServer } from '../support/notify/smtp.ts';
import { type SyslogRecord, startSyslog } from '../support/notify/syslog.ts';
import { startTeams, type TeamsCard } from '../support/notify/teams.ts';
import { startTelegram, type TelegramMessage } from '../support/notify/telegram.ts';
import { startWebex, type WebexMessage } from '../support/notify/webex.ts';
import { type NotifierHarness, notifierContract } from './notifier.ts';

const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
const NOWHERE = 'http://127.0.0.1:1';
const WORDS = { info: /Info/, warning: /Warning/, critical: /Critical/, recovered: /Recovered/ };

function make(id: string, settings: Readonly<Record<string, unknown>>): Notifier {
  const plugin = notifierPlugin(id);
  return plugin.create(parseSettings(plugin.title, plugin.settings, settings), deps);
}

const cannotBeAsked = {
  reason: 'the service cannot be asked without sending',
  tests: ['asking without sending sends nothing, and finds wrong credentials'],
} as const;

/** What every service over HTTP offers in the same way. */
function overHttp(service: TestService) {
  return {
    limitNext: () => service.answerNext({ status: 429, headers: { 'retry-after': '90' } }),
    refuseNext: (words: string) => service.answerNext({ status: 400, body: words }),
    hangNext: () => service.hangNext(),
    asked: () => service.requests.length,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

notifierContract(
  'slack',
  async () => {
    const [path, stranger] = ['/services/T0001/B0001/abcdefghijklmnop', '/services/T0001/B0001/qrstuvwxyzabcdef'];
    const service = await startSlack(path);
    return {
      ...overHttp(service),
      notifier: make('slack', { webhookUrl: service.url + path }),
      denied: make('slack', { webhookUrl: service.url + stranger }),
      unreachable: make('slack', { webhookUrl: NOWHERE + path }),
      secrets: [path, stranger],
      marks: WORDS,
      shown: () => service.posted.map(slackText),
    };
  },
  { skip: [cannotBeAsked] },
);

function slackText({ blocks }: SlackPayload): string {
  const texts = blocks.flatMap((block) =>
    block.type === 'context'
      ? block.elements.map(({ text }) => text)
      : [block.text?.text ?? '', ...(block.fields ?? []).map(({ text }) => text.replace(/^\*(.*)\*\n/, '$1: '))],
  );
  const plain = texts.map((text) => text.replaceAll(/<(https?:[^|>]+)\|[^>]+>/g, '$1').replace(/^\*(.*)\*$/s, '$1'));
  return plain
    .join('\n')
    .replaceAll('\u200b', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

notifierContract(
  'teams',
  async () => {
    const [path, stranger] = [
      '/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=abcdefghijkl',
      '/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=mnopqrstuvwx',
    ];
    const service = await startTeams(path);
    return {
      ...overHttp(service),
      notifier: make('teams', { webhookUrl: service.url + path }),
      denied: make('teams', { webhookUrl: service.url + stranger }),
      unreachable: make('teams', { webhookUrl: NOWHERE + path }),
      secrets: ['abcdefghijkl', 'mnopqrstuvwx'],
      marks: { info: /Default/, warning: /Warning/, critical: /Attention/, recovered: /Good/ },
      shown: () => service.posted.map(teamsText),
    };
  },
  { skip: [cannotBeAsked] },
);

function teamsText({ body, actions = [] }: TeamsCard): string {
  const lines = body.flatMap((element) =>
    element.type === 'TextBlock'
      ? [element.color ?? '', element.text]
      : element.facts.map(({ title, value }) => `${title}: ${value}`),
  );
  return [...lines, ...actions.map(({ url }) => url)].map(unescaped).join('\n').replaceAll('\u200b', '');
}

function unescaped(markdown: string): string {
  return markdown.replaceAll(/\\([\\`*_[\]()#~|!+.-])/g, '$1');
}

notifierContract('webex', async () => {
  const [token, stranger] = ['bot-token-0123456789', 'not-the-token-98765'];
  const service = await startWebex({ token, roomId: 'ROOM' });
  const settings = { botToken: token, roomId: 'ROOM', baseUrl: `${service.url}/v1` };
  return {
    ...overHttp(service),
    notifier: make('webex', settings),
    denied: make('webex', { ...settings, botToken: stranger }),
    unreachable: make('webex', { ...settings, baseUrl: `${NOWHERE}/v1` }),
    secrets: [token, stranger],
    marks: WORDS,
    shown: () => service.posted.map(webexText),
  };
});

function webexText({ markdown }: WebexMessage): string {
  const bare = markdown.replaceAll(/(?<!\\)\*\*/g, '');
  return unescaped(bare)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

notifierContract('telegram', async () => {
  const [token, stranger] = [
    '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    '110201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  ];
  const service = await startTelegram({ token, chatId: '-1001' });
  const settings = { botToken: token, chatId: '-1001', baseUrl: service.url };
  return {
    ...overHttp(service),
    limitNext: () =>
      service.answerNext({ status: 429, body: { ok: false, error_code: 429, parameters: { retry_after: 90 } } }),
    notifier: make('telegram', settings),
    denied: make('telegram', { ...settings, botToken: stranger }),
    unreachable: make('telegram', { ...settings, baseUrl: NOWHERE }),
    secrets: [token, stranger],
    marks: WORDS,
    shown: () => service.posted.map(telegramText),
  };
});

function telegramText({ text }: TelegramMessage): string {
  const linked = text.replaceAll(/<a href="([^"]*)">[^<]*<\/a>/g, '$1').replaceAll(/<\/?b>/g, '');
  return linked.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

notifierContract('apprise', async () => {
  const user = { username: 'proxy', password: 'correct horse' };
  const stranger = { username: 'proxy', password: 'battery staple' };
  const service = await startApprise({ key: 'certferry-key', user: user.username, password: user.password });
  const settings = { server: service.url, configKey: 'certferry-key', tags: 'voice', ...user };
  return {
    ...overHttp(service),
    notifier: make('apprise', settings),
    denied: make('apprise', { ...settings, ...stranger }),
    unreachable: make('apprise', { ...settings, server: NOWHERE }),
    secrets: ['certferry-key', user.password, stranger.password],
    marks: { info: /^info/, warning: /^warning/, critical: /^failure/, recovered: /^success/ },
    shown: () => service.posted.map(({ type, title, body }) => `${type}\n${title}\n${body}`),
  };
});

notifierContract(
  'webhook',
  async () => {
    const [right, wrong] = ['Bearer right-token-1', 'Bearer wrong-token-2'];
    const posted: string[] = [];
    const service = await startService(({ method, path, headers, body }) => {
      if (headers.authorization !== right) return { status: 401, body: `No: ${headers.authorization}` };
      if (method !== 'PUT' || path !== '/hook') return { status: 404 };
      posted.push(body);
      return { status: 204 };
    });
    const settings = { url: `${service.url}/hook`, method: 'PUT', authorization: right };
    return {
      ...overHttp(service),
      notifier: make('webhook', settings),
      denied: make('webhook', { ...settings, authorization: wrong }),
      unreachable: make('webhook', { ...settings, url: `${NOWHERE}/hook` }),
      secrets: [right, wrong],
      marks: { info: /info/, warning: /warning/, critical: /critical/, recovered: /recovered/ },
      shown: () => posted.map(webhookText),
    };
  },
  { skip: [cannotBeAsked] },
);

function webhookText(body: string): string {
  const { facts, ...rest } = JSON.parse(body) as { facts: { label: string; value: string }[] };
  return [...Object.values(rest).map(String), ...facts.map(({ label, value }) => `${label}: ${value}`)].join('\n');
}

notifierContract(
  'email',
  async () => {
    const login = { user: 'certferry', password: 'correct horse battery' };
    const stranger = { user: 'certferry', password: 'staple battery horse' };
    const identity = await makeCertificate({ commonName: 'mail', ipAddresses: ['127.0.0.1'] });
    const server = await startMailServer({ tls: { identity, implicit: false }, login });
    const settings = {
      host: '127.0.0.1',
      port: server.port,
      from: 'certferry <certferry@example.com>',
      to: ['team@example.com', 'lead@example.com'],
      trust: 'bundle',
      caBundle: identity.certPem,
      ...login,
    };
    let refused = 0;
    return {
      notifier: make('email', settings),
      denied: make('email', { ...settings, ...stranger }),
      unreachable: make('email', { ...settings, port: 1 }),
      secrets: [login.password, stranger.password],
      marks: WORDS,
      shown: () => server.mails.map(({ source }) => mailText(source)),
      refuseNext: (words) => {
        refused += 1;
        server.refuseNext(554, words);
      },
      hangNext: () => server.hangNext(),
      asked: () => server.logins.length + refused,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    } satisfies NotifierHarness;
  },
  {
    skip: [{ reason: 'SMTP names no time', tests: ['429 with Retry-After is NOTIFIER_RATE_LIMITED with that time'] }],
  },
);

/** Subject and the part of plain text. */
function mailText(source: string): string {
  const subject = /^Subject: ((?:.|\r\n[ \t])*)$/m.exec(source)?.[1] ?? '';
  const [, part = ''] = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(source) ?? [];
  const body = /Content-Type: text\/plain[\s\S]*?base64\r\n\r\n/.test(source)
    ? Buffer.from(part, 'base64').toString('utf8')
    : decoded(part);
  return `${decodedSubject(subject)}\n${body.replaceAll('\r\n', '\n')}`;
}

function decodedSubject(subject: string): string {
  return subject
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_, text: string) => Buffer.from(text, 'base64').toString('utf8'))
    .replaceAll(/(?:=\?UTF-8\?Q\?[^?]*\?=)+/gi, (words) => decoded(words))
    .replaceAll(/\r\n/g, '');
}

const noLogin = {
  reason: 'syslog has neither logins nor answers',
  tests: [
    'wrong credentials are NOTIFIER_DENIED with the words of the service',
    'asking without sending sends nothing, and finds wrong credentials',
    '429 with Retry-After is NOTIFIER_RATE_LIMITED with that time',
    'a message that is refused is NOTIFIER_REFUSED, without the secrets that the service repeats',
    'an abort while the service thinks ends the call with its reason',
  ],
} as const;

describeSyslog('udp', [
  {
    reason: 'nobody says that a datagram did not arrive',
    tests: ['nobody there is NOTIFIER_UNREACHABLE, which is tried again'],
  },
]);
describeSyslog('tcp', []);
describeSyslog('tls', []);

function describeSyslog(
  transport: 'udp' | 'tcp' | 'tls',
  skip: NonNullable<Parameters<typeof notifierContract>[2]>['skip'] & {},
): void {
  notifierContract(
    `syslog over ${transport}`,
    async () => {
      const identity = await makeCertificate({ commonName: 'syslog', ipAddresses: ['127.0.0.1'] });
      const server = await startSyslog(transport, identity);
      const trust = transport === 'tls' ? { trust: 'bundle', caBundle: identity.certPem } : {};
      const settings = { host: '127.0.0.1', port: server.port, transport, ...trust };
      const notifier = make('syslog', settings);
      return {
        notifier,
        denied: notifier,
        unreachable: make('syslog', { ...settings, port: 1 }),
        secrets: [],
        marks: { info: /^6 /, warning: /^4 /, critical: /^2 /, recovered: /^5 / },
        shown: () => [...server.errors, ...server.records.map(syslogText)],
        asked: () => server.records.length,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
    { skip: [noLogin, ...skip] },
  );
}

function syslogText({ severity, message }: SyslogRecord): string {
  return `${severity} ${message}`;
}
