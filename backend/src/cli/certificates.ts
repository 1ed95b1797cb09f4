import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { KeptCertificateList, KeptCertificateView, RevocationView } from '../api/contract/certificates.ts';
import { FILE_FORMATS, FILE_KINDS, type FileFormat } from '../certificates/formats.ts';
import type { Placement } from '../certificates/status.ts';
import { AppError } from '../domain/errors.ts';
import { KEY_KINDS } from '../domain/key-kind.ts';
import { REVOCATION_REASONS } from '../domain/revocation.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';
import { unwritable } from './unwritable.ts';

interface Common {
  readonly out: NodeJS.WriteStream;
  readonly client: () => Promise<ApiClient>;
  readonly readText: (file: string) => Promise<string>;
}

interface Json {
  readonly json?: true;
}

/** Certificates that are kept for download. */
export function addCertificateCommands(program: Command, common: Common): void {
  const certificates = program
    .command('certificates')
    .description('certificates that are kept for whoever downloads them, and revoking those of any connection');
  addList(certificates, common);
  addRequest(certificates, common);
  addVerify(certificates, common);
  addDownload(certificates, common);
  addRevoke(certificates, common);
  addDelete(certificates, common);
}

function addList(certificates: Command, { out, client }: Common): void {
  certificates
    .command('list')
    .description('the first to end first')
    .option('--ends-within <days>', 'only those that end within so many days')
    .option('--json', 'machine-readable')
    .action(async ({ endsWithin, json }: Json & { endsWithin?: string }) => {
      const all = await listAll(await client(), endsWithin);
      out.write(json ? `${JSON.stringify(all)}\n` : certificateTable(all));
    });
}

async function listAll(api: ApiClient, endsWithin: string | undefined): Promise<readonly KeptCertificateView[]> {
  const all: KeptCertificateView[] = [];
  for (let page: number | null = 1; page !== null; ) {
    const query = new URLSearchParams({ page: String(page), limit: '100' });
    if (endsWithin !== undefined) query.set('endsWithinDays', endsWithin);
    const list: KeptCertificateList = await api.get(`/certificates/managed?${query}`);
    all.push(...list.items);
    page = list.next;
  }
  return all;
}

interface RequestOptions extends Json {
  readonly issuer: string;
  readonly dnsAccount?: string;
  readonly challenge: 'dns-01' | 'http-01';
  readonly key?: string;
  readonly owner?: string;
}

function addRequest(certificates: Command, { out, client }: Common): void {
  certificates
    .command('request <name...>')
    .description('have a key made and a certificate issued for these names, and both kept and renewed')
    .requiredOption('--issuer <account>', 'the certificate authority, by the name or number of its account')
    .option('--dns-account <account>', 'who publishes the records; without it you are told what to place')
    .addOption(
      new Option('--challenge <kind>', 'how the names are proved').choices(['dns-01', 'http-01']).default('dns-01'),
    )
    .addOption(new Option('--key <kind>', 'the kind of key').choices(KEY_KINDS))
    .option('--owner <user>', 'the user to whom it shall belong')
    .option('--json', 'machine-readable')
    .action(async (names: readonly string[], { issuer, dnsAccount, challenge, key, owner, json }: RequestOptions) => {
      const view = await (await client()).post<KeptCertificateView>('/certificates', {
        names,
        issuer: { account: issuer },
        challenge,
        ...(dnsAccount === undefined ? {} : { dns: { account: dnsAccount } }),
        ...(key === undefined ? {} : { key }),
        ...(owner === undefined ? {} : { owner }),
      });
      out.write(json ? `${JSON.stringify(view)}\n` : stateText(view));
    });
}

function addVerify(certificates: Command, { out, client }: Common): void {
  certificates
    .command('verify <id>')
    .description('say that what it waits for is placed')
    .option('--json', 'machine-readable')
    .action(async (id: string, { json }: Json) => {
      const path = `/certificates/managed/${encodeURIComponent(id)}/verify`;
      const view = await (await client()).post<KeptCertificateView>(path, {});
      out.write(json ? `${JSON.stringify(view)}\n` : stateText(view));
    });
}

interface DownloadOptions {
  readonly format: FileFormat;
  readonly out: string;
  readonly passwordFile?: string;
}

function addDownload(certificates: Command, { out, client, readText }: Common): void {
  certificates
    .command('download <certificate>')
    .description('write a file of it: the number of one that is kept, or the SHA-256 of any that was issued')
    .requiredOption('--out <file>', 'where to, readable by its owner alone; nothing is overwritten')
    .addOption(new Option('--format <format>', 'what the file holds').choices(FILE_FORMATS).default('fullchain'))
    .option('--password-file <file>', 'for pkcs12 and jks: its first line is the password ("-": standard input)')
    .action(async (certificate: string, { format, out: file, passwordFile }: DownloadOptions) => {
      const password = await passwordFrom(format, passwordFile, readText);
      const api = await client();
      const sha256 = await fingerprintOf(api, certificate);
      const content = await api.postForBytes(`/certificates/${sha256}/download`, { format, ...password });
      await writeFile(file, content, { mode: 0o600, flag: 'wx' }).catch(unwritable(file));
      const note = FILE_KINDS[format].hasKey ? ' It holds the private key.' : '';
      out.write(`The file is ${file}.${note}\n`);
    });
}

async function passwordFrom(
  format: FileFormat,
  file: string | undefined,
  readText: Common['readText'],
): Promise<{ readonly password?: string }> {
  if (file !== undefined) return { password: (await readText(file)).split(/\r?\n/)[0] ?? '' };
  if (!FILE_KINDS[format].needsPassword) return {};
  throw new AppError('BAD_REQUEST', `${format} needs a password: name a file with --password-file.`);
}

function addRevoke(certificates: Command, { out, client }: Common): void {
  certificates
    .command('revoke <certificate>')
    .description('have the CA revoke it: the number of one that is kept, or the SHA-256 of any that was issued')
    .addOption(
      new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).default('unspecified').makeOptionMandatory(),
    )
    .option('--json', 'machine-readable')
    .action(async (certificate: string, { reason, json }: Json & { reason: string }) => {
      const api = await client();
      const sha256 = await fingerprintOf(api, certificate);
      const revocation = await api.post<RevocationView>(`/certificates/${sha256}/revoke`, { reason });
      out.write(
        json
          ? `${JSON.stringify(revocation)}\n`
          : 'Revoked, as the CA confirms. It is due now: the schedule asks for another one.\n',
      );
    });
}

function addDelete(certificates: Command, { out, client }: Common): void {
  certificates
    .command('delete <id>')
    .description('forget a certificate and its key; one that is good only by force')
    .option('--force <reason>', 'though it is good; the reason is written into the audit')
    .action(async (id: string, { force: reason }: { force?: string }) => {
      const body = reason === undefined ? {} : { force: true, reason };
      await (await client()).json('DELETE', `/certificates/managed/${encodeURIComponent(id)}`, body);
      out.write(`Certificate ${id} deleted.\n`);
    });
}

/** @throws AppError NOT_FOUND when nothing was issued yet */
async function fingerprintOf(api: ApiClient, certificate: string): Promise<string> {
  const bare = certificate.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(bare)) return bare;
  const view = await api.get<KeptCertificateView>(`/certificates/managed/${encodeURIComponent(certificate)}`);
  if (view.certificate) return view.certificate.sha256;
  throw new AppError('NOT_FOUND', `No certificate was issued for "${view.name}" yet.`);
}

function certificateTable(all: readonly KeptCertificateView[]): string {
  if (all.length === 0) return 'None yet. Request one: certferry certificates request NAME --issuer ACCOUNT\n';
  const rows = all.map(({ id, names, status, certificate }) => [
    String(id),
    names.join(' '),
    status,
    certificate?.notAfter.slice(0, 10) ?? '',
  ]);
  return table(['ID', 'NAMES', 'STATE', 'ENDS'], rows);
}

function stateText(view: KeptCertificateView): string {
  const { id, status, toPlace, placeBy, failure } = view;
  const head = `Certificate ${id}: ${status}${failure ? `. ${failure.message}` : ''}\n`;
  if (toPlace.length === 0) return head;
  const until = placeBy === null ? '' : ` by ${placeBy.slice(0, 16).replace('T', ' ')} UTC`;
  return `${head}Place this${until}, then: certferry certificates verify ${id}\n${toPlace.map(placementText).join('\n')}\n`;
}

function placementText(place: Placement): string {
  if (place.challenge === 'http-01') return `  ${place.url} has to answer with ${place.text}`;
  return `  ${place.name}. ${place.ttlSeconds} IN ${place.type} "${place.value}"`;
}
