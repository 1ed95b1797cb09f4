import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aConnection } from '../contracts/store-fixtures.ts';
import { cookiesOf, Daemon } from '../support/daemon.ts';
import { LoopbackProvider } from '../support/oidc.ts';

let daemon: Daemon;
let provider: LoopbackProvider;

beforeAll(async () => {
  daemon = await Daemon.start();
  provider = await LoopbackProvider.start(`${daemon.url}/api/v1/session/oidc/callback`, `${daemon.url}/`);
  provider.people.set('s-anna', { name: 'anna', groups: ['voice-admins', 'staff'] });
  provider.people.set('s-bert', { name: 'bert', groups: ['staff'] });
  provider.people.set('s-carl', { name: 'carl', groups: ['visitors'] });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await daemon[Symbol.asyncDispose]();
});

async function configure(change: object = {}): Promise<void> {
  const settings = {
    title: 'Example',
    issuer: provider.issuer,
    clientId: provider.clientId,
    scopes: 'openid profile',
    roles: { admin: ['voice-admins'], operator: [], viewer: ['staff'] },
    createUsers: true,
    ...change,
  };
  const answer = await daemon.call('PUT', '/access/sso', daemon.local, {
    settings,
    clientSecret: provider.clientSecret,
  });
  expect(answer.status).toBe(204);
}

interface Begun {
  readonly url: string;
  readonly cookie: string;
}

async function begin(): Promise<Begun> {
  const answer = await daemon.call('GET', '/session/oidc/start');
  return { url: answer.headers.get('location') ?? '', cookie: cookiesOf(answer) };
}

/** Comes back from the provider with the cookie of the browser that left. */
function comeBack(at: URL, cookie: string): Promise<Response> {
  return fetch(at, { redirect: 'manual', headers: { cookie } });
}

async function logIn(subject: string): Promise<Response> {
  const { url, cookie } = await begin();
  return comeBack(await provider.visit(url, subject), cookie);
}

async function whoIs(answer: Response): Promise<unknown> {
  return await (await daemon.call('GET', '/session', { cookie: cookiesOf(answer) })).json();
}

describe('single sign-on', () => {
  it('leads to the provider with PKCE, state and nonce', async () => {
    await configure();

    const { url, cookie } = await begin();

    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/.{20}/),
      nonce: expect.stringMatching(/.{20}/),
    });
    expect(cookie).toMatch(/^certferry-sso-\d+=/);
    expect(await (await daemon.call('GET', '/session/options')).json()).toMatchObject({ sso: 'Example' });
  });

  it('creates the user with the role of its groups, and follows them', async () => {
    await configure();

    const first = await logIn('s-anna');
    const asAdmin = await whoIs(first);
    provider.people.set('s-anna', { name: 'anna', groups: ['staff'] });
    const asViewer = await whoIs(await logIn('s-anna'));

    expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
    expect(asAdmin).toMatchObject({ actor: 'anna', role: 'admin', user: { hasPassword: false } });
    expect(asViewer).toMatchObject({ actor: 'anna', role: 'viewer' });
    expect(await daemon.accessEvents()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'access.login', actor: 'anna', via: 'sso' }),
        { type: 'access.user-changed', actor: 'single sign-on', name: 'anna', change: 'made viewer' },
      ]),
    );
  });

  it('shows people whom nobody has added only what belongs to them, when told so', async () => {
    provider.people.set('s-otto', { name: 'otto', groups: ['voice-admins'] });
    await configure({ scopeOfNew: 'own' });
    const { store } = daemon.app;
    await store.connections.insert(aConnection());

    const session = { cookie: cookiesOf(await logIn('s-otto')) };

    expect(await (await daemon.call('GET', '/session', session)).json()).toMatchObject({
      ...{ actor: 'otto', role: 'admin', limited: true, user: { scope: 'own' } },
    });
    expect(await (await daemon.call('GET', '/connections', session)).json()).toMatchObject({ items: [] });
    expect((await daemon.call('GET', '/users', session)).status).toBe(403);
  });

  it('refuses people in no group that has a role', async () => {
    await configure();

    const answer = await logIn('s-carl');

    expect(answer.headers.get('location')).toBe('/?refused=FORBIDDEN');
    expect(await daemon.app.store.access.users.byName('carl')).toBeUndefined();
  });

  it('takes only whom somebody has added, when told so, and never one who has a password', async () => {
    await configure({ createUsers: false });
    await daemon.user('dora', 'admin');
    provider.people.set('s-dora', { name: 'dora', groups: ['staff'] });

    const unknown = await logIn('s-bert');
    await daemon.call('POST', '/users', daemon.local, { name: 'bert', role: 'viewer', password: null });
    const known = await logIn('s-bert');
    const impostor = await logIn('s-dora');

    expect(unknown.headers.get('location')).toBe('/?refused=FORBIDDEN');
    expect(await whoIs(known)).toMatchObject({ actor: 'bert', role: 'viewer' });
    expect(impostor.headers.get('location')).toBe('/?refused=FORBIDDEN');
    expect((await daemon.logIn('bert', '')).status).toBe(400);
  });

  it('refuses an answer to another question: wrong state, wrong nonce, no cookie, used twice', async () => {
    await configure();
    const [mine, other, third] = [await begin(), await begin(), await begin()];
    const withNonce = new URL(third.url);
    withNonce.searchParams.set('nonce', 'a-nonce-that-nobody-asked-for');
    const back = await provider.visit(mine.url, 's-bert');

    const wrongState = await comeBack(back, other.cookie);
    const noCookie = await comeBack(back, '');
    const wrongNonce = await comeBack(await provider.visit(withNonce.href, 's-bert'), third.cookie);
    const right = await comeBack(back, mine.cookie);
    const twice = await comeBack(back, mine.cookie);

    for (const answer of [wrongState, noCookie, wrongNonce, twice]) {
      expect(answer.headers.get('location')).toBe('/?refused=SINGLE_SIGN_ON_FAILED');
      expect((await daemon.call('GET', '/session', { cookie: cookiesOf(answer) })).status).toBe(401);
    }
    expect(await whoIs(right)).toMatchObject({ actor: 'bert' });
  });

  it('ends here at logout, and says where to end it at the provider', async () => {
    await configure();
    const answer = await logIn('s-bert');
    const { csrfToken } = (await whoIs(answer)) as { csrfToken: string };
    const caller = { cookie: cookiesOf(answer), 'x-csrf-token': csrfToken };

    const out = (await (await daemon.call('DELETE', '/session', caller)).json()) as { signOutUrl: string };

    const { origin, searchParams } = new URL(out.signOutUrl);
    expect(origin).toBe(provider.issuer);
    expect(searchParams.get('post_logout_redirect_uri')).toBe(`${daemon.url}/`);
    expect((await fetch(out.signOutUrl)).status).toBe(200);
    expect((await daemon.call('GET', '/session', caller)).status).toBe(401);
  });

  it('is tested before it is stored, and never over plain HTTP to another host', async () => {
    const test = async (issuer: string, path = '/access/sso/test', method = 'POST') => {
      const settings = { issuer, clientId: 'certferry' };
      const answer = await daemon.call(method, path, daemon.local, { settings });
      return (await answer.json()) as { issuer?: string; code?: string; detail?: string };
    };

    expect(await test(provider.issuer)).toMatchObject({ issuer: provider.issuer });
    expect(await test(`${provider.issuer}/elsewhere`)).toMatchObject({ code: 'SINGLE_SIGN_ON_FAILED' });
    expect(await test('http://127.0.0.1:1')).toMatchObject({
      code: 'SINGLE_SIGN_ON_FAILED',
      detail: expect.stringContaining('127.0.0.1:1'),
    });
    expect(await test('http://login.example.com', '/access/sso', 'PUT')).toMatchObject({
      code: 'INVALID_SETTINGS',
      detail: expect.stringContaining('https://'),
    });
  });

  it('keeps the client secret in the vault, and shows it to nobody', async () => {
    await configure();

    const shown = await (await daemon.call('GET', '/access/sso', daemon.local)).text();

    expect(JSON.parse(shown)).toMatchObject({ clientSecretSet: true, settings: { clientId: 'certferry' } });
    expect(shown).not.toContain(provider.clientSecret);
    await daemon.call('DELETE', '/access/sso', daemon.local);
    expect((await begin()).url).toBe('/?refused=NOT_FOUND');
  });
});
