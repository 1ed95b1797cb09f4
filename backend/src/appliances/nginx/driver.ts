import { z } from 'zod';
import type { CertificateChain } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import type { FileHost, FileHosts, HostCommand, NewFile, Replacement } from '../../plugins/file-host.ts';
import { hostFields, hostPlaceOf } from '../../plugins/host-fields.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { endpointsOf, servedAtField } from '../../plugins/served-at.ts';
import {
  bits,
  certificateMode,
  command,
  commandTimeout,
  keptOld,
  keyMode,
  owner,
  path,
} from '../_hosts/file-fields.ts';
import { nodeOf, receiptOf } from '../_hosts/file-target.ts';
import { checkHost, fileHostsOf, onHost } from '../_hosts/host-checks.ts';
import { keyFilesOf, leafIn, ONLY_SLOT, refuseOtherSlot } from '../_hosts/key-files.ts';
import { endWords, evidenceOf } from '../_hosts/program-words.ts';
import type { ApplianceDriver, InstallReceipt, KeyMaterial } from '../driver.ts';
import { nginxFindings } from './check.ts';
import type { Nginx } from './nginx.ts';

export const nginxSettings = z.object({
  ...hostFields,
  servedAt: servedAtField,
  keyFile: path({
    title: 'Key file',
    help: 'The file that ssl_certificate_key names. Its folder has to be there.',
    example: '/etc/nginx/ssl/www.key',
  }),
  certificateFile: path({
    title: 'Certificate file',
    help: 'The file that ssl_certificate names: certificate and intermediates.',
    example: '/etc/nginx/ssl/www.pem',
  }),
  nginxCommand: command({
    title: 'nginx command',
    help: 'How nginx is called: the program and each argument on a line of its own, such as sudo, -n, /usr/sbin/nginx. -t tests the configuration, -s reload reloads it.',
    example: 'nginx',
    advanced: true,
  }).default(['nginx']),
  reloadCommand: command({
    title: 'Reload command',
    help: 'In place of "nginx -s reload", such as systemctl, reload, nginx: each word on a line of its own.',
    advanced: true,
  }).optional(),
  keyMode,
  certificateMode,
  owner,
  keepOld: keptOld(0),
  commandTimeoutSeconds: commandTimeout,
});

type NginxSettings = z.output<typeof nginxSettings>;

/** @throws AppError INVALID_SETTINGS */
export function readNginx(settings: NginxSettings): Nginx {
  const { keyFile, certificateFile, nginxCommand, reloadCommand, commandTimeoutSeconds, keepOld } = settings;
  const [program = 'nginx', ...args] = nginxCommand;
  const timeoutMs = commandTimeoutSeconds * 1000;
  const call = (...more: readonly string[]): HostCommand => ({ argv: [program, ...args, ...more], timeoutMs });
  const [reloader, ...reloaderArgs] = reloadCommand ?? [];
  if (keyFile === certificateFile) {
    throw new AppError(
      'INVALID_SETTINGS',
      'Certificate file (certificateFile): is the file of the key; give another one.',
    );
  }
  return {
    place: hostPlaceOf(settings),
    keyFile: { path: keyFile, mode: bits(settings.keyMode) },
    certificateFile: { path: certificateFile, mode: bits(settings.certificateMode) },
    owner: settings.owner,
    keepOld,
    test: call('-t'),
    reload: reloader === undefined ? call('-s', 'reload') : { argv: [reloader, ...reloaderArgs], timeoutMs },
    dump: call('-T'),
    version: call('-v'),
    endpoints: endpointsOf(settings.servedAt),
  };
}

export function createNginxDriver(settings: NginxSettings, deps: PluginDeps): ApplianceDriver {
  const nginx = readNginx(settings);
  const { place, certificateFile, endpoints } = nginx;
  const hosts = () => fileHostsOf(deps);
  return {
    async identify(signal) {
      const { stderr } = await onHost(hosts(), place, signal, (host) => host.run(nginx.version, signal));
      const [, version = null] = /nginx\/([\w.]+)/.exec(stderr) ?? [];
      return { product: 'nginx', version, nodeName: nodeOf(place), slots: [ONLY_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      refuseOtherSlot(slot);
      return await checkHost(hosts(), place, signal, (host) => nginxFindings(host, nginx, signal));
    },
    async readInstalled(slot, signal) {
      refuseOtherSlot(slot);
      return leafIn(await onHost(hosts(), place, signal, (host) => host.read(certificateFile.path, signal)));
    },
    async install(slot, chain, key, signal) {
      refuseOtherSlot(slot);
      return await install(hosts(), nginx, chain, key, signal);
    },
    async endpoints(slot) {
      refuseOtherSlot(slot);
      return endpoints;
    },
    key: { kinds: KEY_KINDS },
  };
}

/** nginx reads the files when it is told to reload, and not before: until then nobody notices the change, or its undoing. */
async function install(
  hosts: FileHosts,
  nginx: Nginx,
  chain: CertificateChain,
  key: KeyMaterial,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const { keyFile, certificateFile, owner: givenTo, keepOld } = nginx;
  const { key: keyPem, fullchain } = keyFilesOf(chain, key);
  const files: readonly NewFile[] = [
    { ...keyFile, content: keyPem, owner: givenTo },
    { ...certificateFile, content: fullchain, owner: givenTo },
  ];
  return await onHost(hosts, nginx.place, signal, async (host) => {
    const replacement = await host.replace(files, signal);
    // Again, after an earlier run that got to its end: nginx has it, or is told again, which costs no connection.
    await test(host, nginx, replacement);
    await reload(host, nginx, replacement);
    await replacement.finish(keepOld);
    const found = leafIn(await host.read(certificateFile.path, signal));
    return receiptOf(leafIn(fullchain), found, replacement.changed);
  });
}

/** Past the replacement nothing is given up half way: these end by their own time. */
const UNTIL_ITS_END = new AbortController().signal;

/** @throws AppError APPLIANCE_REJECTED_CERTIFICATE or APPLIANCE_REFUSED with nginx's own words, and the files before in place */
async function test(host: FileHost, nginx: Nginx, replacement: Replacement): Promise<void> {
  const result = await orPutBack(replacement, () => host.run(nginx.test, UNTIL_ITS_END));
  if (result.exitCode === 0 && !result.timedOut) return;
  await replacement.undo();
  const failed = `The test of the configuration of nginx ${endWords(result, nginx.test)}`;
  const evidence = evidenceOf(nginx.test, result);
  const before = await host.run(nginx.test, UNTIL_ITS_END);
  if (before.exitCode !== 0) {
    const words = `${failed}, with the files before too: something else in it is wrong. Nothing was changed.`;
    throw new AppError('APPLIANCE_REFUSED', words, { evidence });
  }
  const words = `${failed} with the new certificate. The files before are back, and nginx was not reloaded.`;
  throw new AppError('APPLIANCE_REJECTED_CERTIFICATE', words, { evidence });
}

/** @throws AppError APPLIANCE_REFUSED with the command's own words, and the files before in place */
async function reload(host: FileHost, { reload: command }: Nginx, replacement: Replacement): Promise<void> {
  const result = await orPutBack(replacement, () => host.run(command, UNTIL_ITS_END));
  // Out of time: nginx may have begun to reload. What it serves then decides.
  if (result.exitCode === 0 || result.timedOut) return;
  await replacement.undo();
  throw new AppError(
    'APPLIANCE_REFUSED',
    `The reload of nginx ${endWords(result, command)}. The files before are back.`,
    { evidence: evidenceOf(command, result) },
  );
}

/** A program that cannot be started has changed nothing; after a lost connection nobody can put anything back. */
async function orPutBack<T>(replacement: Replacement, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (AppError.from(cause).code !== 'APPLIANCE_UNREACHABLE') await replacement.undo();
    throw cause;
  }
}
