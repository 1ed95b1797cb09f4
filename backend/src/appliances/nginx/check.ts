import type { Finding } from '../../domain/finding.ts';
import type { FileHost } from '../../plugins/file-host.ts';
import { fileFinding } from '../_hosts/host-checks.ts';
import { endWords, evidenceOf } from '../_hosts/program-words.ts';
import { attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { Nginx } from './nginx.ts';

const TEST: Topic = {
  id: 'nginx.configuration',
  title: 'Configuration of nginx',
  reference: 'https://nginx.org/en/docs/switches.html',
};
const NAMED: Topic = {
  id: 'nginx.named',
  title: 'Files that nginx uses',
  reference: 'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_certificate',
};

export async function nginxFindings(host: FileHost, nginx: Nginx, signal: AbortSignal): Promise<readonly Finding[]> {
  const { keyFile, certificateFile } = nginx;
  const key = { id: 'key', title: 'File of the key', ...keyFile, holdsKey: true };
  const certificate = { id: 'certificate', title: 'File of the certificate', ...certificateFile, holdsKey: false };
  return [
    await fileFinding(host, key, signal),
    await fileFinding(host, certificate, signal),
    ...(await configurationFindings(host, nginx, signal)),
  ];
}

async function configurationFindings(host: FileHost, nginx: Nginx, signal: AbortSignal): Promise<readonly Finding[]> {
  const dumped = await attempt(() => host.run(nginx.dump, signal), signal);
  if (!dumped.ok) return [blocked(TEST, dumped.error), skipped(NAMED, 'nginx could not be asked.')];
  const { value } = dumped;
  if (value.exitCode !== 0) return [await failing(host, nginx, value, signal), skipped(NAMED, 'nginx did not say.')];
  return [ok(TEST, 'Passes its own test.'), namedFinding(nginx, value.stdout)];
}

/** Without a certificate nginx cannot pass its test; the renewal brings one. */
async function failing(
  host: FileHost,
  { dump, keyFile, certificateFile }: Nginx,
  result: Awaited<ReturnType<FileHost['run']>>,
  signal: AbortSignal,
): Promise<Finding> {
  const { body = '' } = evidenceOf(dump, { ...result, stdout: '' });
  const answer = `The test ${endWords(result, dump)}: ${body}`;
  const isFirst = !(await host.look(keyFile.path, signal)) || !(await host.look(certificateFile.path, signal));
  const todo = 'Mend the configuration. A certificate is installed only when nginx then passes its test.';
  return isFirst ? warned(TEST, answer, todo) : refused(TEST, answer, todo);
}

/** In a long configuration only its last part was kept. */
const WHOLE_CHARACTERS = 64 * 1024;

function namedFinding({ keyFile, certificateFile }: Nginx, dump: string): Finding {
  const absent = [certificateFile.path, keyFile.path].filter((path) => !dump.includes(path));
  if (absent.length === 0) return ok(NAMED, 'The configuration names both files.');
  if (dump.length >= WHOLE_CHARACTERS) return skipped(NAMED, 'The configuration is too long to look through.');
  const todo = 'Name the files in ssl_certificate and ssl_certificate_key, or correct the paths here.';
  return warned(NAMED, `The configuration does not name ${absent.join(' and ')}.`, todo);
}
