import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type { Exchange } from './exchange.ts';
import { keepable } from './exchange-text.ts';
import type { HttpClient, HttpFactory, HttpRequest, HttpResponse } from './http.ts';
import type { Clock } from './plugin.ts';
import type { SshDialer, SshShell, SshTarget } from './ssh.ts';

/** Exchanges before a failure that are kept. */
const RECENT = 8;
/** Of one unconfirmed fact: polling would repeat itself. */
const EACH_FACT = 3;

const HEADERS = ['content-type', 'accept', 'soapaction'];
const ANSWER_HEADERS = ['content-type', 'date', 'retry-after', 'server', 'location', 'www-authenticate'];

/** What is particular to a site: learnt from what is sent, and replaced before a recording leaves (stand-ins.ts). */
export interface SiteNames {
  readonly hosts: readonly string[];
  readonly users: readonly string[];
}

type Draft = Pick<Exchange, 'over' | 'peer' | 'request'> & Partial<Exchange>;

/**
 * Listens while a driver talks. Keeps exchanges that show an unconfirmed fact, and on demand the last ones before a
 * failure. Whatever is sent as a password is learnt and replaced everywhere; nothing is written by this object.
 */
export class Recorder {
  readonly #clock: Clock;
  readonly #secrets = new Map<string, Secret | string>();
  readonly #hosts = new Set<string>();
  readonly #users = new Set<string>();
  readonly #shown = new Map<string, number>();
  #recent: Exchange[] = [];
  #kept: Exchange[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get names(): SiteNames {
    return { hosts: [...this.#hosts], users: [...this.#users] };
  }

  addHosts(hosts: readonly string[]): void {
    for (const host of hosts) this.#hosts.add(host.toLowerCase());
  }

  addLogin(user: string, password: Secret | string): void {
    this.#users.add(user);
    this.#secrets.set(typeof password === 'string' ? password : password.reveal(), password);
  }

  addSecret(secret: Secret): void {
    this.#secrets.set(secret.reveal(), secret);
  }

  /** Also a failed exchange is one; `describe` says what came back, `fallback` what is said of one that failed. */
  async during<T>(
    draft: Draft,
    work: () => Promise<T>,
    describe: (value: T) => Partial<Exchange>,
    fallback: () => Partial<Exchange> = () => ({}),
  ): Promise<T> {
    const began = this.#clock.now();
    try {
      const value = await work();
      this.#add(draft, describe(value), began);
      return value;
    } catch (error) {
      this.#add(draft, { ...failureOf(error), ...fallback() }, began);
      throw error;
    }
  }

  /** The exchanges before now become part of the recording. */
  keepRecent(): void {
    this.#kept.push(...this.#recent);
    this.#recent = [];
  }

  /** What became part of the recording since the last call, in order of time. */
  take(): readonly Exchange[] {
    return this.#kept.splice(0).sort((a, b) => a.at.localeCompare(b.at));
  }

  #add(draft: Draft, answer: Partial<Exchange>, began: Date): void {
    const exchange = this.#clean({
      headers: {},
      sent: null,
      status: null,
      answerHeaders: {},
      answer: null,
      failure: null,
      confirms: [],
      at: began.toISOString(),
      tookMs: this.#clock.now().getTime() - began.getTime(),
      ...draft,
      ...answer,
    });
    if (exchange.confirms.some((fact) => (this.#shown.get(fact) ?? 0) < EACH_FACT)) {
      for (const fact of exchange.confirms) this.#shown.set(fact, (this.#shown.get(fact) ?? 0) + 1);
      this.#kept.push(exchange);
    } else {
      this.#recent = [...this.#recent, exchange].slice(-RECENT);
    }
  }

  #clean(exchange: Exchange): Exchange {
    const text = (plain: string) => keepable(plain, [...this.#secrets.values()]);
    const texts = (headers: Exchange['headers']) =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)]));
    const { request, headers, sent, answerHeaders, answer, failure } = exchange;
    return {
      ...exchange,
      request: text(request),
      headers: texts(headers),
      sent: sent === null ? null : text(sent),
      answerHeaders: texts(answerHeaders),
      answer: answer === null ? null : text(answer),
      failure: failure === null ? null : text(failure),
    };
  }
}

function failureOf(error: unknown): Partial<Exchange> {
  const failure = error instanceof Error ? error.message : String(error);
  const printed = error instanceof AppError ? error.evidence?.body : undefined;
  return { failure, ...(printed ? { answer: printed } : {}) };
}

/** Clients of `make`, whose exchanges `recorder` hears. */
export function recordedHttp(make: HttpFactory, recorder: Recorder): HttpFactory {
  return (options) => {
    const client = make(options);
    if (options.serverName) recorder.addHosts([options.serverName]);
    return {
      request: (input, signal) => recordedRequest(client, recorder, input, signal),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  };
}

function recordedRequest(
  client: HttpClient,
  recorder: Recorder,
  input: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { host, hostname } = new URL(input.url);
  const sent = lowerCased(input.headers ?? {});
  recorder.addHosts([hostname]);
  learnLogin(sent.authorization, recorder);
  const draft: Draft = {
    over: 'http',
    peer: host,
    request: `${input.method} ${input.url}`,
    headers: only(sent, HEADERS),
    sent: sentIn(input, recorder),
  };
  const confirms = (answer: HttpResponse | null) => [...(input.confirms?.(answer) ?? [])];
  return recorder.during(
    draft,
    () => client.request(input, signal),
    (answer) => ({
      status: answer.status,
      answerHeaders: only(answer.headers, ANSWER_HEADERS),
      answer: input.hasSecretAnswer && answer.status < 300 ? '***' : answer.body,
      confirms: confirms(answer),
    }),
    () => ({ confirms: confirms(null) }),
  );
}

/** A form part by part. What is secret in it is learnt, in case that the peer repeats it. */
function sentIn({ body, form }: HttpRequest, recorder: Recorder): string | null {
  if (!form) return body ?? null;
  const parts = form.map(({ name, fileName, contentType, content }) => {
    if (content instanceof Secret) recorder.addSecret(content);
    return `${name}; ${fileName}; ${contentType}\n${content instanceof Secret ? '***' : content}`;
  });
  return parts.join('\n');
}

/** `Basic dXNlcjpwYXNzd29yZA==`: the whole of it is as good as the password. */
function learnLogin(authorization: string | undefined, recorder: Recorder): void {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  if (!/^basic$/i.test(scheme)) return;
  const plain = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = plain.indexOf(':');
  recorder.addLogin(plain.slice(0, colon), plain.slice(colon + 1));
  recorder.addLogin(plain.slice(0, colon), credentials);
}

/** Sessions of `dialer`, whose command lines and failed logins `recorder` hears. */
export function recordedSsh(dialer: SshDialer, recorder: Recorder): SshDialer {
  return {
    hostKey: (target, signal) => dialer.hostKey(target, signal),
    async open(target, signal) {
      recorder.addHosts([target.host]);
      recorder.addLogin(target.user, target.password);
      const open = () => dialer.open(target, signal);
      const shell = await recorder.during({ ...overSsh(target), request: '(login)' }, open, () => ({}));
      return recordedShell(shell, target, recorder);
    },
  };
}

function recordedShell(shell: SshShell, target: SshTarget, recorder: Recorder): SshShell {
  return {
    command: (line, signal, onOutput, confirms = []) =>
      recorder.during(
        { ...overSsh(target), request: line, confirms: [...confirms] },
        () => shell.command(line, signal, onOutput),
        (answer) => ({ answer }),
      ),
    [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
  };
}

function overSsh({ host, port }: SshTarget) {
  return { over: 'ssh', peer: `${host}:${port}` } as const;
}

type Headers = Readonly<Record<string, string>>;

function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function only(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}
