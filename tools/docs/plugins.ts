import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { appliancePlugins } from '../../backend/src/appliances/index.ts';
import { dnsPlugins } from '../../backend/src/dns/index.ts';
import { httpSolverPlugins } from '../../backend/src/http01/index.ts';
import { issuerPlugins } from '../../backend/src/issuers/index.ts';
import { notifierPlugins } from '../../backend/src/notify/index.ts';
import type { Plugin } from '../../backend/src/plugins/plugin.ts';
import { type Field, fieldsOf, fieldTable, smallestExample } from './fields.ts';
import { generatedFrom, page, table } from './markdown.ts';

type Declared = Omit<Plugin<z.ZodObject, unknown, never>, 'create'>;

/** One folder of backend/src and of docs/. */
export interface Family {
  readonly folder: string;
  /** Below docs/, where it is not called like the folder. */
  readonly docs?: string;
  readonly title: string;
  readonly introduction: string;
  /** The field of a connection that names one of them; null for channels, which are described by themselves. */
  readonly field: string | null;
  readonly plugins: readonly Declared[];
}

export const FAMILIES: readonly Family[] = [
  {
    folder: 'appliances',
    title: 'Appliances',
    introduction: 'The products whose certificates certferry renews.',
    field: 'appliance',
    plugins: appliancePlugins,
  },
  {
    folder: 'dns',
    title: 'DNS services',
    introduction: 'Where certferry can publish the TXT records that prove the names (ACME dns-01).',
    field: 'dns',
    plugins: dnsPlugins,
  },
  {
    folder: 'http01',
    title: 'HTTP files',
    introduction:
      'Who places the files that prove the names over HTTP (ACME http-01), for connections with `"challenge": "http-01"`.',
    field: 'http',
    plugins: httpSolverPlugins,
  },
  {
    folder: 'issuers',
    title: 'Issuers',
    introduction: 'What turns a certificate request into a certificate.',
    field: 'issuer',
    plugins: issuerPlugins,
  },
  {
    folder: 'notify',
    docs: 'notifiers',
    title: 'Notifiers',
    introduction:
      'How certferry tells people what needs them. [Operations](../operations.md#telling-people) says of what, and when.',
    field: null,
    plugins: notifierPlugins,
  },
];

/** The family's folder below docs/. */
export function docsOf({ folder, docs = folder }: Family): string {
  return docs;
}

export function indexPage({ folder, title, introduction, plugins }: Family): string {
  const rows = plugins.map(({ id, title, summary }) => [`[${title}](${id}.md)`, `\`${id}\``, summary]);
  return page([
    generatedFrom(`backend/src/${folder}/index.ts`),
    `# ${title}`,
    introduction,
    table(['', 'Plugin', ''], rows),
  ]);
}

/** `root` is the repository's folder. */
export function pluginPage(root: string, { folder, field }: Family, plugin: Declared): string {
  const { id, title, summary, since, links, settings } = plugin;
  const source = `backend/src/${folder}/${id}`;
  const fields = fieldsOf(settings);
  return page([
    generatedFrom(`${source}/index.ts and ${source}/readme.md`),
    `# ${title}`,
    summary,
    `Plugin \`${id}\`, since version ${since}. [Product](${links.product}), [interface](${links.api}).`,
    caveats(plugin),
    unconfirmed(plugin),
    '## Settings',
    fieldTable(fields),
    secretsNote(fields),
    field === null
      ? 'As a file for `certferry notify add`, with what it cannot do without:'
      : `In a [connection](../connections.md), as \`"${field}"\`, with what it cannot do without:`,
    smallestExample(id, fields, field === null ? { name: title } : {}),
    bodyOf(readFileSync(join(root, source, 'readme.md'), 'utf8'), source),
  ]);
}

function caveats({ caveats = [] }: Declared): string {
  if (caveats.length === 0) return '';
  return `## Known limits\n\n${caveats.map(({ text, link }) => `- ${text} ([source](${link}))`).join('\n')}`;
}

function unconfirmed({ unconfirmed = [] }: Declared): string {
  if (unconfirmed.length === 0) return '';
  const rows = unconfirmed.map(({ id, assumed, coped }) => [`\`${id}\``, assumed, coped]);
  return `## Not confirmed\n\n${UNCONFIRMED}\n\n${table(['Fact', 'Taken to be so', 'And otherwise'], rows)}`;
}

const UNCONFIRMED = `What no public source confirms. certferry copes with both answers, and records the exchanges that show one, without secrets
and with stand-ins for every name: \`certferry exchanges RENEWAL --out FILE\`, or the button at a renewal. Send us such a file, and a row goes.`;

function secretsNote(fields: readonly Field[]): string {
  if (!fields.some(({ secret }) => secret)) return '';
  return 'Secret text is stored encrypted and never shown again. It can stand here, or in a stored credential that is named.';
}

/** The readme without its title, at home in docs/<family>/. */
function bodyOf(readme: string, source: string): string {
  const untitled = readme.replace(/^# .*\n/, '');
  const body = /^#{1,2} /.test(untitled.trim()) ? untitled : `## In practice\n\n${untitled.trim()}`;
  return body.replaceAll(/\]\((?!https?:|#)([^)]+)\)/g, `](../../${source}/$1)`);
}
