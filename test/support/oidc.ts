import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A real provider on loopback, whose people log in without typing anything. */
export class LoopbackProvider implements AsyncDisposable {
  readonly issuer: string;
  readonly clientId = 'certferry';
  readonly clientSecret = 'a-client-secret-of-a-good-length';
  readonly people = new Map<string, Person>();
  readonly #close: () => Promise<void>;

  private constructor(issuer: string, close: () => Promise<void>) {
    this.issuer = issuer;
    this.#close = close;
  }

  static async start(redirectUri: string, signedOutUri: string): Promise<LoopbackProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const made = new LoopbackProvider(issuer, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: made.clientId,
          client_secret: made.clientSecret,
          redirect_uris: [redirectUri],
          post_logout_redirect_uris: [signedOutUri],
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      cookies: { keys: ['loopback'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true } },
      findAccount: (_ctx, sub) => {
        const person = made.people.get(sub);
        if (!person) return undefined;
        const claims = { sub, preferred_username: person.name, groups: [...person.groups] };
        return { accountId: sub, claims: async () => claims };
      },
    });
    server.on('request', provider.callback());
    return made;
  }

  /** What a browser does for `subject` between leaving for `url` and being sent back. Returns the address it is sent to. */
  async visit(url: string, subject: string): Promise<URL> {
    const jar = new Map<string, string>();
    let at = new URL(url);
    let form: URLSearchParams | null = null;
    for (let hop = 0; hop < 20 && at.origin === this.issuer; hop += 1) {
      const answer: Response = await fetch(at, {
        method: form ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        body: form,
      });
      for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie);
      const location = answer.headers.get('location');
      const page = await answer.text();
      form = location === null ? formOf(page, subject) : null;
      if (location === null && !page.includes('<form')) throw new Error(`The provider says: ${page.slice(0, 500)}`);
      at = new URL(location ?? /action="([^"]+)"/.exec(page)?.[1] ?? at, at);
    }
    return at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (value === '') jar.delete(name);
  else jar.set(name, value);
}

/** The provider's own pages for development: one asks for a login, the next for consent. */
function formOf(page: string, subject: string): URLSearchParams {
  const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? 'login';
  return new URLSearchParams(prompt === 'login' ? { prompt, login: subject, password: 'any' } : { prompt });
}
