import { describe, expect, it } from 'vitest';
import { Authority } from '../access/authority.ts';
import { appliancePlugins } from '../appliances/index.ts';
import type { ConnectionRequest } from '../connections.ts';
import { dnsPlugins } from '../dns/index.ts';
import { httpSolverPlugins } from '../http01/index.ts';
import { issuerPlugins } from '../issuers/index.ts';
import { refuseForeignParts } from './reach.ts';

type Settings = Readonly<Record<string, unknown>>;
type Request = (plugin: string, settings: Settings) => ConnectionRequest;

const FAMILIES = {
  appliance: { plugins: appliancePlugins, ask: (plugin, settings) => ({ appliance: { plugin, settings } }) },
  issuer: { plugins: issuerPlugins, ask: (plugin, settings) => ({ secondIssuer: { plugin, settings } }) },
  dns: {
    plugins: dnsPlugins,
    ask: (plugin, settings) => ({ dnsRules: [{ suffix: 'example.com', use: { plugin, settings } }] }),
  },
  http: { plugins: httpSolverPlugins, ask: (plugin, settings) => ({ http: { plugin, settings } }) },
} satisfies Record<string, { readonly plugins: readonly { readonly id: string }[]; readonly ask: Request }>;

type Family = keyof typeof FAMILIES;

/** Settings with which a limited administrator may choose each plugin; null: with none. A new plugin has to stand here. */
const ALLOWED: Readonly<Record<Family, Readonly<Record<string, Settings | null>>>> = {
  appliance: {
    ...{ vos: {}, ise: {}, expressway: {}, 'catalyst-center': {}, vcenter: {} },
    ...{ nginx: { where: 'ssh' }, haproxy: { where: 'ssh' }, traefik: { where: 'ssh' }, files: null },
    ...{ sftp: {}, webhook: {}, download: {}, self: null },
  },
  issuer: { acme: {} },
  dns: {
    ...{ exec: null, 'acme-sh': null, route53: { accessKeyId: 'AKIA' }, azure: {}, google: {} },
    ...{ 'acme-dns': {}, cloudflare: {}, digitalocean: {}, httpreq: {}, powerdns: {}, rfc2136: {}, manual: {} },
  },
  http: { listener: {}, webroot: null, 'webroot-sftp': {}, manual: {} },
};

/** Settings with which the plugin acts on the host of the daemon, or as it. */
const REFUSED: readonly (readonly [Family, string, Settings])[] = [
  ['appliance', 'nginx', {}],
  ['appliance', 'nginx', { where: 'local', nginxCommand: ['sh', '-c', 'id'] }],
  ['appliance', 'nginx', { where: 'LOCAL' }],
  ['appliance', 'haproxy', { where: 'local', runtime: '/run/x.sock' }],
  ['appliance', 'traefik', { where: 'local' }],
  ['appliance', 'files', { reloadCommand: ['id'] }],
  ['appliance', 'self', {}],
  ['dns', 'exec', { path: '/bin/id' }],
  ['dns', 'acme-sh', {}],
  ['dns', 'route53', {}],
  ['dns', 'azure', { credentials: 'managed-identity' }],
  ['dns', 'azure', { credentials: 'default' }],
  ['dns', 'google', { credentials: 'application-default' }],
  ['http', 'webroot', { folder: '/srv' }],
];

const LIMITED = [
  new Authority({ kind: 'user', actor: 'quentin', role: 'admin', reach: { ownerId: 7 } }),
  new Authority({ kind: 'token', actor: 'ci', role: 'admin', reach: { connectionIds: [1] } }),
];

function codeOf(act: () => void): string {
  try {
    act();
    return 'allowed';
  } catch (err) {
    return (err as { readonly code: string }).code;
  }
}

describe('whoever sees only some connections', () => {
  const [owner] = LIMITED as [Authority];

  it.each(Object.keys(FAMILIES) as Family[])('finds each plugin of the family %s judged', (family) => {
    const ids = FAMILIES[family].plugins.map(({ id }) => id);

    expect(Object.keys(ALLOWED[family]).toSorted()).toEqual(ids.toSorted());
  });

  it('may choose what acts elsewhere', () => {
    const rows = Object.entries(ALLOWED).flatMap(([family, plugins]) =>
      Object.entries(plugins).map(([id, settings]) => [family as Family, id, settings] as const),
    );

    const answers = rows.map(([family, id, settings]) => [
      id,
      codeOf(() => refuseForeignParts(owner, FAMILIES[family].ask(id, settings ?? {}), null)),
    ]);

    expect(answers).toEqual(rows.map(([, id, settings]) => [id, settings ? 'allowed' : 'FORBIDDEN']));
  });

  it.each(REFUSED)('may not choose the %s %s with %o', (family, id, settings) => {
    const input = FAMILIES[family].ask(id, settings);

    const everybody = new Authority({ kind: 'user', actor: 'root', role: 'admin', reach: 'all' });

    for (const limited of LIMITED) expect(codeOf(() => refuseForeignParts(limited, input, null))).toBe('FORBIDDEN');
    expect(codeOf(() => refuseForeignParts(everybody, input, null))).toBe('allowed');
  });
});
