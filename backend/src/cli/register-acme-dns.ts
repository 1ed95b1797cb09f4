import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { acmeDns } from '../dns/acme-dns/index.ts';
import { type Registration, register } from '../dns/acme-dns/register.ts';
import { recordNameOf } from '../dns/check.ts';
import { requireName } from '../dns/names.ts';
import { AppError } from '../domain/errors.ts';
import { type Trust, trustOf } from '../plugins/trust.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';

interface Options {
  readonly name?: string;
  readonly ca?: string;
  readonly json?: true;
}

/** Makes the account from here and keeps nothing: what it prints goes into a connection. Needs no daemon. */
export function addRegisterAcmeDns(dns: Command, out: NodeJS.WriteStream): void {
  dns
    .command('register-acme-dns <url>')
    .description('make a new account at an acme-dns server, and print its settings and the CNAME to publish')
    .option('--name <name>', 'the name of the certificate that the account is for')
    .option('--ca <file>', 'PEM file with the CA of the server, when it is not a public one')
    .option('--json', 'machine-readable')
    .action(async (url: string, { name, ca, json }: Options) => {
      const recordName = name === undefined ? '_acme-challenge.<name>' : requireName(recordNameOf(name));
      const trust = ca === undefined ? { trust: 'public' as const } : await bundleIn(ca);
      const account = await registerAt(url, trustOf(trust));
      const dns = { plugin: acmeDns.id, settings: settingsOf(account, trust) };
      const cname = { name: recordName, target: account.fulldomain };
      out.write(json ? `${JSON.stringify({ dns, cname })}\n` : toText(dns, cname));
    });
}

type TrustGiven = Readonly<{ trust: 'public' } | { trust: 'bundle'; caBundle: string }>;

async function bundleIn(file: string): Promise<TrustGiven> {
  try {
    return { trust: 'bundle', caBundle: await readFile(file, 'utf8') };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('BAD_REQUEST', `The CA file ${file} cannot be read (${why}).`, { cause });
  }
}

async function registerAt(url: string, trust: Trust): Promise<Registration> {
  if (!z.url({ protocol: /^https?$/ }).safeParse(url).success) {
    throw new AppError('BAD_REQUEST', `"${url}" is not the URL of a server, such as https://auth.example.org.`);
  }
  await using http = createHttpFactory()({ trust });
  return await register(http, url, new AbortController().signal);
}

/** As a connection takes them. The password is shown here and nowhere else. */
function settingsOf({ serverUrl, username, password, subdomain, fulldomain }: Registration, given: TrustGiven) {
  const account = { serverUrl, username, password: password.reveal(), subdomain, fulldomain };
  return given.trust === 'public' ? account : { ...account, ...given };
}

function toText(dns: object, { name, target }: { readonly name: string; readonly target: string }): string {
  return `For the connection. acme-dns shows the password this once, and certferry does not keep it:

"dns": ${JSON.stringify(dns, null, 2)}

Publish once, in the zone of the name:

${name}. CNAME ${target}.
`;
}
