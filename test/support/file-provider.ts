import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { serveChosen, type TlsFiles } from './tls-files.ts';

/**
 * What is documented of Traefik's file provider (https://doc.traefik.io/traefik/providers/file/), and no more: it reads all
 * .yml, .yaml and .toml files of one folder, again when something in that folder changes, and takes nothing that it does not
 * know. Files with certificates are read with the configuration, and not again when they change by themselves.
 */
export interface FileProvider extends TlsFiles {
  /** Why the configuration was last refused; null when it was taken. */
  problem(): string | null;
  /** How many configurations were taken. */
  loads(): number;
}

interface Pair {
  readonly key: string;
  readonly cert: string;
}

export async function startFileProvider(folder: string): Promise<FileProvider> {
  let pairs: readonly Pair[] = [];
  let problem: string | null = null;
  let loads = 0;
  const load = () => {
    try {
      const names = readdirSync(folder).filter((name) => /\.(?:ya?ml|toml)$/.test(name));
      pairs = names.flatMap((name) => pairsIn(name, readFileSync(join(folder, name), 'utf8')));
      problem = null;
      loads += 1;
    } catch (err) {
      problem = String(err);
    }
  };
  load();
  const watcher = watch(folder, load);
  const server = await serveChosen(
    (name) => pairs.find(({ cert }) => new X509Certificate(cert).checkHost(name)) ?? null,
  );
  return {
    port: server.port,
    problem: () => problem,
    loads: () => loads,
    async [Symbol.asyncDispose]() {
      watcher.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const YAML = new RegExp(
  String.raw`^tls:\n  certificates:\n    - certFile: ${QUOTED}\n      keyFile: ${QUOTED}\n(?:  stores:\n    default:\n      defaultCertificate:\n        certFile: ${QUOTED}\n        keyFile: ${QUOTED}\n)?$`,
);
const TOML = new RegExp(
  String.raw`^\[\[tls\.certificates\]\]\ncertFile = ${QUOTED}\nkeyFile = ${QUOTED}\n(?:\[tls\.stores\.default\.defaultCertificate\]\ncertFile = ${QUOTED}\nkeyFile = ${QUOTED}\n)?$`,
);

function pairsIn(name: string, text: string): readonly Pair[] {
  const plain = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  const [, certFile, keyFile] = (name.endsWith('.toml') ? TOML : YAML).exec(plain) ?? [];
  if (certFile === undefined || keyFile === undefined) throw new Error(`${name} is no dynamic configuration.`);
  return [{ cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }];
}
